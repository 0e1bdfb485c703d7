import { createHash } from 'node:crypto';
import type { AlertTarget } from '../../domain/alerts/alert-channel.ts';
import { targetsOf } from '../../domain/alerts/alert-preferences.ts';
import { digestAlertOf } from '../../domain/alerts/digest-alert.ts';
import { type DeliveryId, deliveryIdOf, type HeldAlert } from '../../tables/alert-deliveries.ts';
import { type DeliveryDeps, sendOnce } from './deliver-alert.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type DigestOutcome = { sent: number; failed: number; dropped: number };

const MAX_HELD_PER_RUN = 2_000;
const WRITES_AT_ONCE = 16;

/**
 * Tells what was held back and is due: one message per organization and address. What its scope's
 * preferences do not want at that address any more is dropped. A digest that fails stays due.
 */
export async function sendDigests(deps: DeliveryDeps): Promise<DigestOutcome> {
  const due = await deps.deliveries.listDue(deps.now(), MAX_HELD_PER_RUN);
  const outcome = { sent: 0, failed: 0, dropped: 0 };
  for (const held of groupsOf(due)) {
    const { target, wanted, unwanted } = await targetOf(deps, held);
    await release(deps, unwanted, 'dropped');
    outcome.dropped += unwanted.length;
    if (!target) continue;
    const alerts = wanted.map(({ alert }) => alert);
    const dedupKey = digestKeyOf(wanted);
    const digest = digestAlertOf(alerts, dedupKey, deps.now());
    const id = deliveryIdOf({ organizationId: digest.organizationId, dedupKey }, target);
    const isSent = (await sendOnce(deps, digest, target, id)) !== 'failed';
    if (isSent) await release(deps, wanted, 'sent');
    outcome[isSent ? 'sent' : 'failed'] += 1;
  }
  return outcome;
}

function groupsOf(due: readonly HeldAlert[]): HeldAlert[][] {
  const groups = Map.groupBy(due, ({ alert, to }) => `${alert.organizationId}#${to}`);
  return [...groups.values()];
}

/** Where a group goes by the preferences of today, which alone know its address. */
async function targetOf(deps: DeliveryDeps, held: readonly HeldAlert[]) {
  const found = await mapConcurrently(held, WRITES_AT_ONCE, async ({ alert, to }) => {
    const preferences = await preferencesInForce(deps.preferences, alert.organizationId, alert);
    return preferences.channels
      .flatMap(targetsOf)
      .find((target) => deliveryIdOf(alert, target).to === to);
  });
  return {
    target: found.find((target): target is AlertTarget => target !== undefined),
    wanted: held.filter((_, position) => found[position] !== undefined),
    unwanted: held.filter((_, position) => found[position] === undefined),
  };
}

/** The same alerts make the same digest: a run that died before releasing them tells nobody twice. */
function digestKeyOf(held: readonly DeliveryId[]): string {
  const members = held.map(({ of, to }) => `${of} ${to}`).toSorted();
  return `digest#${createHash('sha256').update(members.join('\n')).digest('base64url')}`;
}

async function release(
  { deliveries, now }: DeliveryDeps,
  ids: readonly DeliveryId[],
  state: 'sent' | 'dropped',
): Promise<void> {
  await mapConcurrently(ids, WRITES_AT_ONCE, (id) => deliveries.release(id, state, now()));
}
