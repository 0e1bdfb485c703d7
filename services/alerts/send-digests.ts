import { createHash } from 'node:crypto';
import type { AlertTarget } from '../../domain/alerts/alert-channel.ts';
import { channelOf } from '../../domain/alerts/channels/channels.ts';
import { digestAlertOf } from '../../domain/alerts/digest-alert.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { type DeliveryId, deliveryIdOf, type HeldAlert } from '../../tables/alert-deliveries.ts';
import { type DeliveryDeps, sendOnce } from './deliver-alert.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type DigestOutcome = { sent: number; failed: number; dropped: number };

const MAX_HELD_PER_RUN = 2_000;
const WRITES_AT_ONCE = 16;
const TRIED_AGAIN_AFTER_MS = 1_800_000;

/**
 * Sends alerts whose hold is over, as one message per organization and address. Drops alerts that
 * the scope's preferences no longer send to that address. Retries a failed digest half an hour
 * later, so that an unresponsive address delays nobody else.
 */
export async function sendDigests(deps: DeliveryDeps): Promise<DigestOutcome> {
  const due = await deps.deliveries.listDue(deps.now(), MAX_HELD_PER_RUN);
  const outcome = { sent: 0, failed: 0, dropped: 0 };
  for (const group of groupsOf(due)) {
    try {
      await sendDigest(deps, group, outcome);
    } catch (error) {
      const organizationId = group[0]?.alert.organizationId;
      deps.telemetry.error('DIGEST_NOT_SENT', { error, organizationId });
      outcome.failed += 1;
      // Retries later, so that this group never blocks the others for good.
      await postpone(deps, group);
    }
  }
  return outcome;
}

async function sendDigest(
  deps: DeliveryDeps,
  heldAlerts: readonly HeldAlert[],
  outcome: DigestOutcome,
): Promise<void> {
  const { target, deliveries, drops } = await targetOf(deps, heldAlerts);
  await release(deps, drops, 'dropped');
  outcome.dropped += drops.length;
  if (!target) return;
  const alerts = deliveries.map(({ alert }) => alert);
  const dedupKey = digestKeyOf(deliveries);
  const digest = digestAlertOf(alerts, dedupKey, deps.now());
  const id = deliveryIdOf({ organizationId: digest.organizationId, dedupKey }, target);
  const isSent = (await sendOnce(deps, digest, { target, id })) !== 'failed';
  await (isSent ? release(deps, deliveries, 'sent') : postpone(deps, deliveries));
  outcome[isSent ? 'sent' : 'failed'] += 1;
}

function groupsOf(due: readonly HeldAlert[]): HeldAlert[][] {
  const groups = Map.groupBy(due, ({ alert, channel, of, to }) =>
    // Each end resolves an incident of its own.
    JSON.stringify([alert.organizationId, to, channelOf(channel).isPager ? of : '']),
  );
  return [...groups.values()];
}

/** The group's target under the current preferences, the only place that stores the address. */
async function targetOf(deps: DeliveryDeps, heldAlerts: readonly HeldAlert[]) {
  const targets = await mapConcurrently(heldAlerts, WRITES_AT_ONCE, async ({ alert, to }) => {
    const preferences = await preferencesInForce(deps.preferences, alert.organizationId, alert);
    return routeAlert(alert, preferences, deps.now())
      .map(({ target }) => target)
      .find((target) => deliveryIdOf(alert, target).to === to);
  });
  return {
    target: targets.find((target): target is AlertTarget => target !== undefined),
    deliveries: heldAlerts.filter((_, position) => targets[position] !== undefined),
    drops: heldAlerts.filter((_, position) => targets[position] === undefined),
  };
}

/**
 * The same alerts produce the same key, so a run that died before releasing them does not send
 * twice.
 */
function digestKeyOf(deliveries: readonly DeliveryId[]): string {
  const members = deliveries.map(({ of, to }) => `${of} ${to}`).toSorted();
  return `digest#${createHash('sha256').update(members.join('\n')).digest('base64url')}`;
}

async function release(
  { deliveries, now }: DeliveryDeps,
  ids: readonly DeliveryId[],
  state: 'sent' | 'dropped',
): Promise<void> {
  await mapConcurrently(ids, WRITES_AT_ONCE, (id) => deliveries.release(id, state, now()));
}

async function postpone(
  { deliveries, now }: DeliveryDeps,
  ids: readonly DeliveryId[],
): Promise<void> {
  const dueAtMs = now() + TRIED_AGAIN_AFTER_MS;
  await mapConcurrently(ids, WRITES_AT_ONCE, (id) => deliveries.postpone(id, dueAtMs));
}
