import { createHash } from 'node:crypto';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertedBreach } from '../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { breachGroupAlertOf, newUsersAlertOf } from '../../domain/alerts/breach-group.ts';
import type { AlertPreferences } from '../../domain/alerts/alert-preferences.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { type Control, effectiveControl } from '../../domain/controls/control.ts';
import { severityOf } from '../../domain/controls/thresholds.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import type { AlertPublisher } from './alert-publisher.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type TellingDeps = {
  controls: Pick<ControlStore, 'getMany'>;
  breaches: Pick<ThresholdBreachStore, 'markNotified'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
  now: () => number;
};

/** A breach that is recorded but not yet reported. */
export type UntoldBreach = {
  breach: RaisedBreach & AlertedBreach;
  /** Names everybody who could be told of it (`recipientsOf`). */
  recipients: string;
  /** The credential that a user without earlier spend used. */
  newUserOf?: string | undefined;
};

export type TellingOutcome = { sent: number; failed: number };

const WRITES_AT_ONCE = 8;

/**
 * Sends the breaches of one review: one alert per group of recipients, plus one for the new users
 * of each credential. A breach counts as sent once the queue accepts its alert.
 */
export async function tellBreaches(
  deps: TellingDeps,
  untold: readonly UntoldBreach[],
): Promise<TellingOutcome> {
  const outcome = { sent: 0, failed: 0 };
  for (const group of gravestFirst(groupsOf(await withControls(deps, untold)))) {
    const breaches = group.map(({ breach }) => breach);
    if (await sent(deps, alertOf(group), breaches)) outcome.sent += breaches.length;
    else outcome.failed += breaches.length;
  }
  return outcome;
}

/** One group per alert. A single new user is treated like anyone else. */
function groupsOf(untold: readonly UntoldBreach[]): Map<string, UntoldBreach[]> {
  const usersOf = new Map<string, Set<string>>();
  for (const { breach, newUserOf } of untold) {
    if (newUserOf === undefined) continue;
    usersOf.set(newUserOf, (usersOf.get(newUserOf) ?? new Set()).add(breach.scopeId));
  }
  return Map.groupBy(
    untold.map((item) => {
      const isOne = item.newUserOf === undefined || usersOf.get(item.newUserOf)?.size === 1;
      return isOne ? { ...item, newUserOf: undefined } : item;
    }),
    ({ breach, recipients, newUserOf }) =>
      JSON.stringify([breach.organizationId, recipients, newUserOf]),
  );
}

/** Everybody who would be told of an emergency, so that no level is told apart from another. */
export const recipientsOf = (alert: Alert, preferences: AlertPreferences, nowMs: number): string =>
  JSON.stringify(
    routeAlert({ ...alert, severity: 'emergency' }, preferences, nowMs)
      .map(({ target }) => `${target.channel} ${target.address}`)
      .toSorted(),
  );

/** What is in force on the scopes now, when people are told. */
async function withControls(
  { controls, now }: TellingDeps,
  untold: readonly UntoldBreach[],
): Promise<UntoldBreach[]> {
  const inForce = new Map<string, Control | undefined>();
  const nameOf = ({ organizationId, scope, scopeId }: RaisedBreach): string =>
    JSON.stringify([organizationId, scope, scopeId]);
  const scopes = new Map(untold.map(({ breach }) => [nameOf(breach), breach]));
  for (const [organizationId, own] of Map.groupBy(scopes.values(), (of) => of.organizationId)) {
    const states = await controls.getMany(organizationId, own, { consistent: true });
    for (const [position, breach] of own.entries()) {
      inForce.set(nameOf(breach), effectiveControl(states[position]?.state ?? {}, now()));
    }
  }
  return untold.map((item) => ({
    ...item,
    breach: { ...item.breach, control: inForce.get(nameOf(item.breach)) },
  }));
}

/** Emergencies go first. */
const gravestFirst = (groups: Map<string, UntoldBreach[]>): UntoldBreach[][] => {
  const gravity = (group: readonly UntoldBreach[]): number =>
    Math.max(...group.map(({ breach }) => severityOf(breachAlertOf(breach).severity)));
  return [...groups.values()].toSorted((left, right) => gravity(right) - gravity(left));
};

function alertOf(group: readonly UntoldBreach[]): Alert {
  const breaches = group.map(({ breach }) => breach);
  const keys = breaches.map((breach) => breachAlertOf(breach).dedupKey).toSorted();
  const digest = createHash('sha256').update(JSON.stringify(keys)).digest('base64url');
  const dedupKey = `breaches#${digest}`;
  const keyId = group[0]?.newUserOf;
  if (keyId === undefined) return breachGroupAlertOf(breaches, dedupKey);
  const users = new Set(breaches.map(({ scopeId }) => scopeId)).size;
  return newUsersAlertOf(breaches, { keyId, users }, dedupKey);
}

async function sent(
  deps: TellingDeps,
  alert: Alert,
  breaches: readonly RaisedBreach[],
): Promise<boolean> {
  try {
    await deps.alerts.publish(alert);
  } catch (error) {
    const { organizationId, scope, scopeId } = alert;
    const facts = { organizationId, scope, scopeId, breaches: breaches.length };
    deps.telemetry.error('ALERT_NOT_SENT', { error, ...facts });
    return false;
  }
  await mapConcurrently(breaches, WRITES_AT_ONCE, (breach) =>
    deps.breaches.markNotified(breach, deps.now()),
  );
  return true;
}
