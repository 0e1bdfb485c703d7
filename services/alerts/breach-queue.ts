import type { BreachMessage } from '../../contracts/breach-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { breachKeyText } from '../../domain/controls/breaches.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';

/** Takes breaches that people are to be told of a little later. Throws if it does not accept them. */
export type BreachQueue = { publish(message: BreachMessage): Promise<void> };

export type QueueingDeps = {
  breachQueue: BreachQueue;
  breaches: Pick<ThresholdBreachStore, 'listPending'>;
  telemetry: Telemetry;
  now: () => number;
};

/** Number of breaches that the queue accepted, and of those that it did not. */
export type QueueingOutcome = { sent: number; failed: number };

/**
 * The sums of one request change within two seconds, but not in one batch of their stream. What is
 * told waits this long for what belongs to it.
 */
export const TELLING_DELAY_SECONDS = 3;
/** Far below the size of a message, with the longest names. */
const BREACHES_PER_MESSAGE = 100;
/** A breach that nobody was told of for this long was lost by a run that died. */
export const STRANDED_MS = 300_000;
const MAX_STRANDED_PER_RUN = 500;

/**
 * Sends pending breaches of one organization to be told. If the queue does not accept them, the
 * monitor sends them again.
 */
export async function queueBreaches(
  { breachQueue, telemetry }: Pick<QueueingDeps, 'breachQueue' | 'telemetry'>,
  organizationId: string,
  pending: readonly RaisedBreach[],
): Promise<QueueingOutcome> {
  const outcome = { sent: 0, failed: 0 };
  for (let from = 0; from < pending.length; from += BREACHES_PER_MESSAGE) {
    const part = pending.slice(from, from + BREACHES_PER_MESSAGE);
    try {
      await breachQueue.publish({ organizationId, breaches: part.map(nameOf) });
      outcome.sent += part.length;
    } catch (error) {
      telemetry.error('ALERT_NOT_SENT', { error, organizationId, breaches: part.length });
      outcome.failed += part.length;
    }
  }
  return outcome;
}

/** Sends the breaches again that an earlier run recorded but did not live to send. */
export async function queueStranded(deps: QueueingDeps): Promise<QueueingOutcome> {
  const before = deps.now() - STRANDED_MS;
  const stranded = await deps.breaches.listPending(before, MAX_STRANDED_PER_RUN);
  const outcome = { sent: 0, failed: 0 };
  for (const [organizationId, own] of Map.groupBy(stranded, (breach) => breach.organizationId)) {
    const { sent, failed } = await queueBreaches(deps, organizationId, own);
    outcome.sent += sent;
    outcome.failed += failed;
  }
  return outcome;
}

const nameOf = (breach: RaisedBreach) => ({
  scope: breach.scope,
  scopeId: breach.scopeId,
  key: breachKeyText(breach),
});
