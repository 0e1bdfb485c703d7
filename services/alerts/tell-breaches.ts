import { createHash } from 'node:crypto';
import type { BreachMessage } from '../../contracts/breach-message.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { AlertedBreach } from '../../domain/alerts/alerted-breach.ts';
import type { AlertPreferences } from '../../domain/alerts/alert-preferences.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { breachGroupAlertOf, newUsersAlertOf } from '../../domain/alerts/breach-group.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { effectiveControl } from '../../domain/controls/control.ts';
import { severityOf } from '../../domain/controls/thresholds.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { AlertDeliveryStore } from '../../tables/alert-deliveries.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { AlertPublisher } from './alert-publisher.ts';
import { STRANDED_MS } from './breach-queue.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';
import { type NewUserDeps, newUsersAmong } from './new-users.ts';
import { type NamingDeps, withNames } from './with-names.ts';

export type TellingDeps = NewUserDeps &
  NamingDeps & {
    breaches: Pick<
      ThresholdBreachStore,
      'readPending' | 'listPendingOf' | 'claimTelling' | 'markNotified'
    >;
    deliveries: Pick<AlertDeliveryStore, 'claim' | 'settle'>;
    controls: Pick<ControlStore, 'getMany'>;
    preferences: Pick<AlertingConfigStore, 'get'>;
    alerts: AlertPublisher;
    telemetry: Telemetry;
    now: () => number;
  };

/** A pending breach that this run tells of. */
type UntoldBreach = {
  breach: RaisedBreach & AlertedBreach;
  /** The attempt that was first to tell of it. What it was told with does not change afterward. */
  tellingId: string;
  /** Everybody who could be told of it. */
  recipients: string;
  /** The credential that a user without earlier spend used. */
  newUserOf?: string | undefined;
};

/** One delivery of a message, counted from 1. */
export type Attempt = { messageId: string; attempt: number };

const AT_ONCE = 8;
const MOST_GATHERED = 1_000;

/**
 * Tells people of the breaches that a message names, and of all others of the organization that are
 * still pending: one alert per group of recipients, plus one for the new users of each credential.
 * A breach counts as sent once the queue accepts its alert.
 * If an earlier attempt died after it published an alert, this one publishes the same alert under the
 * same `dedupKey`, and what is new in another.
 * @returns `busy` if another run does the same for the organization; try again later
 * @throws Error if some of them could not be told, after it told the others
 */
export async function tellBreaches(
  deps: TellingDeps,
  message: BreachMessage,
  attempt: Attempt,
): Promise<'told' | 'busy'> {
  const turn = { of: `${message.organizationId}#breaches`, to: 'telling' };
  if ((await deps.deliveries.claim(turn, deps.now())) !== 'claimed') return 'busy';
  try {
    await tellAll(deps, message, attempt);
    return 'told';
  } finally {
    // What failed can be claimed again at once.
    await deps.deliveries.settle(turn, 'failed', deps.now());
  }
}

async function tellAll(
  deps: TellingDeps,
  { organizationId, breaches }: BreachMessage,
  attempt: Attempt,
): Promise<void> {
  const named = await deps.breaches.readPending(organizationId, breaches);
  const since = deps.now() - STRANDED_MS;
  const recent = await deps.breaches.listPendingOf(organizationId, since, MOST_GATHERED);
  const own = await claimed(deps, [...named, ...recent], attempt);
  const shown = await withNames(deps, organizationId, own);
  const inForce = await withWhatHolds(deps, organizationId, shown);
  const { untold, unread } = await withRecipients(deps, inForce);
  let failed = unread;
  for (const group of groupsOf(await withNewUsers(deps, organizationId, untold))) {
    if (!(await isSent(deps, group))) failed += group.length;
  }
  if (failed > 0) throw new Error(`${failed} breaches were not told`);
}

/** Each breach once, without those that another run tells of. */
async function claimed(
  { breaches, now }: TellingDeps,
  pending: readonly RaisedBreach[],
  { messageId, attempt }: Attempt,
): Promise<(RaisedBreach & { tellingId: string })[]> {
  const unique = new Map(
    // What the message names was read consistently, so it comes last.
    pending.toReversed().map((breach) => [breachAlertOf(breach).dedupKey, breach]),
  );
  const strandedBefore = now() - STRANDED_MS;
  const own = await mapConcurrently([...unique.values()], AT_ONCE, async (breach) => {
    const by = breach.tellingId;
    if (by === undefined) {
      const tellingId = `${messageId}#${attempt}`;
      return (await breaches.claimTelling(breach, tellingId)) ? [{ ...breach, tellingId }] : [];
    }
    return by.startsWith(`${messageId}#`) || breach.raisedAtMs < strandedBefore
      ? [{ ...breach, tellingId: by }]
      : [];
  });
  return own.flat();
}

/** What is in force on the scopes now, when people are told, and which budgets they have. */
async function withWhatHolds<B extends RaisedBreach>(
  { controls, budgets, now }: TellingDeps,
  organizationId: string,
  own: readonly B[],
): Promise<(B & AlertedBreach)[]> {
  const nameOf = ({ scope, scopeId }: ScopeRef): string => JSON.stringify([scope, scopeId]);
  const scopes = [...new Map(own.map((breach) => [nameOf(breach), breach])).values()];
  const states = await controls.getMany(organizationId, scopes, { consistent: true });
  const books = await budgets.readBooks(organizationId, scopes);
  const holding = new Map(
    scopes.map((scope, position) => {
      const book = books[position];
      const control = effectiveControl(states[position]?.state ?? {}, now());
      return [nameOf(scope), { control, budgets: book ? budgetsIn(book) : [] }];
    }),
  );
  return own.map((breach) => ({ ...breach, ...holding.get(nameOf(breach)) }));
}

/** Leaves out breaches whose preferences cannot be read, so that they stop no others. */
async function withRecipients(
  { preferences, telemetry, now }: TellingDeps,
  own: readonly UntoldBreach['breach'][],
): Promise<{ untold: UntoldBreach[]; unread: number }> {
  const read = await mapConcurrently(own, AT_ONCE, async (breach): Promise<UntoldBreach[]> => {
    const { organizationId, scope, scopeId, keyId, tellingId = '' } = breach;
    try {
      const inForce = await preferencesInForce(preferences, organizationId, breach);
      const recipients = recipientsOf(breachAlertOf(breach), inForce, now());
      return [{ breach, tellingId, recipients, newUserOf: keyId }];
    } catch (error) {
      telemetry.error('ALERT_NOT_SENT', { error, organizationId, scope, scopeId });
      return [];
    }
  });
  const untold = read.flat();
  return { untold, unread: own.length - untold.length };
}

/** Everybody who would be told of an emergency, so that no level is told apart from another. */
const recipientsOf = (alert: Alert, preferences: AlertPreferences, nowMs: number): string =>
  JSON.stringify(
    routeAlert({ ...alert, severity: 'emergency' }, preferences, nowMs)
      .map(({ target }) => `${target.channel} ${target.address}`)
      .toSorted(),
  );

/**
 * Keeps the credential only for new users. Skips the check for credentials that brought a single
 * user; alerts treat that user like any other.
 */
async function withNewUsers(
  deps: TellingDeps,
  organizationId: string,
  untold: readonly UntoldBreach[],
): Promise<UntoldBreach[]> {
  const usersOf = (among: readonly UntoldBreach[]) =>
    new Map(
      [...Map.groupBy(among, ({ newUserOf }) => newUserOf)].map(([keyId, group]) => [
        keyId,
        keyId === undefined ? [] : [...new Set(group.map(({ breach }) => breach.scopeId))],
      ]),
    );
  const candidates = [...usersOf(untold).values()].filter((users) => users.length > 1).flat();
  const call = { organizationId, nowMs: deps.now() };
  const newUsers =
    candidates.length === 0
      ? new Set<string>()
      : await newUsersAmong(deps, call, [...new Set(candidates)]);
  const items = untold.map((item) =>
    newUsers.has(item.breach.scopeId) ? item : { ...item, newUserOf: undefined },
  );
  const counts = usersOf(items);
  return items.map((item) =>
    counts.get(item.newUserOf)?.length === 1 ? { ...item, newUserOf: undefined } : item,
  );
}

/** One group per alert. Emergencies go first. */
function groupsOf(untold: readonly UntoldBreach[]): UntoldBreach[][] {
  const gravity = (group: readonly UntoldBreach[]): number =>
    Math.max(...group.map(({ breach }) => severityOf(breachAlertOf(breach).severity)));
  return [...Map.groupBy(untold, groupKeyOf).values()].toSorted(
    (left, right) => gravity(right) - gravity(left),
  );
}

const groupKeyOf = ({ tellingId, recipients, newUserOf }: UntoldBreach): string =>
  JSON.stringify([tellingId, recipients, newUserOf]);

function alertOf(group: readonly [UntoldBreach, ...UntoldBreach[]]): Alert {
  const breaches = group.map(({ breach }) => breach);
  const [first] = group;
  const digest = createHash('sha256').update(groupKeyOf(first)).digest('base64url');
  const dedupKey = `breaches#${digest}`;
  const keyId = first.newUserOf;
  if (keyId === undefined) return breachGroupAlertOf(breaches, dedupKey);
  const users = new Set(breaches.map(({ scopeId }) => scopeId)).size;
  return newUsersAlertOf(breaches, { keyId, users }, dedupKey);
}

async function isSent(deps: TellingDeps, group: UntoldBreach[]): Promise<boolean> {
  const [first, ...others] = group;
  if (!first) return true;
  try {
    await deps.alerts.publish(alertOf([first, ...others]));
  } catch (error) {
    const { organizationId, scope, scopeId } = first.breach;
    const facts = { organizationId, scope, scopeId, breaches: group.length };
    deps.telemetry.error('ALERT_NOT_SENT', { error, ...facts });
    return false;
  }
  await mapConcurrently(group, AT_ONCE, ({ breach }) =>
    deps.breaches.markNotified(breach, deps.now()),
  );
  return true;
}
