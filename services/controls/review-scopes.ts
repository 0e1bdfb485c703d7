import { type NamingDeps, withName } from '../alerts/with-names.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { breachesOf } from '../../domain/controls/breaches.ts';
import { breachSaying, controlAlertOf } from '../../domain/alerts/control-alert.ts';
import { hasOwnLevels } from '../../domain/controls/levels-in-force.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { type AdjustDeps, adjustControl, type ControlledScope } from './adjust-control.ts';
import { isPassing } from '../is-passing.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { type Raised, raiseBreaches, type RaisingDeps } from '../alerts/raise-breaches.ts';
import { type BreachQueue, queueBreaches, type QueueingOutcome } from '../alerts/breach-queue.ts';
import { tellUncrossedLevels } from './tell-ends.ts';
import { budgetSpends, withBackDated } from './budget-spend.ts';
import {
  type ChangedDays,
  type DailySpend,
  dailySpendsOfModels,
  hourlySpends,
  type SpendDeps,
  unknownDailySpends,
  spendsOfDays,
} from './scope-spend.ts';
import {
  departmentOf,
  type LevelDeps,
  type MemberScope,
  type WatchedScope,
  withLevels,
} from './watched-levels.ts';

export type ReviewDeps = SpendDeps &
  NamingDeps &
  RaisingDeps &
  AdjustDeps &
  LevelDeps & {
    analytics: Pick<TokenAnalyticsStore, 'getDays'>;
    breaches: ThresholdBreachStore;
    breachQueue: BreachQueue;
    alerts: AlertPublisher;
  };

export type ReviewOutcome = QueueingOutcome & { scopes: number; raised: number };

/** The spends that a review begins with. */
type ReviewedSpends = {
  daily: readonly DailySpend[];
  past?: readonly DailySpend[];
  controlled?: readonly ControlledScope[];
};

const CONCURRENT_SCOPES = 4;

/**
 * Compares spend with thresholds, restricts scopes that overspent, frees the ones that no longer
 * do, records breaches, and notifies people once per incident. Both the stream and the monitor call
 * this, so they agree and never act twice, whichever comes first. A scope that cannot be reviewed
 * is logged with an alarm and stops no other.
 * @param daily the scopes' spend on the monitored days
 * @param past the scopes' spend on earlier days on which more was posted; a period that is over gets
 *   a notice and no restriction
 * @param controlled scopes that may be under an automatic control, whether they spent or not
 */
export async function reviewScopes(
  deps: ReviewDeps,
  call: OrganizationCall,
  { daily, past = [], controlled = [] }: ReviewedSpends,
): Promise<ReviewOutcome> {
  const { organizationId } = call;
  const unmodelled = [...controlled, ...past].filter(({ scope }) => scope !== 'model');
  const others = await unknownDailySpends(deps, call, unmodelled, daily);
  const scopes = await withLevels(deps, organizationId, [
    ...daily,
    ...others,
    ...past,
    ...(await withDepartments(deps, call, controlled, [...daily, ...others])),
  ]);
  const changedDaysOf = daysByScope(past);
  const dated = { scopes, changedDaysOf };
  const budgeted = scopes.filter(hasPercentLevel);
  const budgets = await budgetSpends(deps, call, budgeted, changedDaysOf);
  const models = scopes.filter(isWatchedModel);
  const spends = Map.groupBy(
    [
      ...[...daily, ...past].filter(({ scope }) => scope !== 'model'),
      ...others,
      ...(await dailySpendsOfModels(deps, call, models, changedDaysOf)),
      ...(await hourlySpends(deps, call, scopes)),
      ...(await spendsOfDays(deps, call, dated, 'weekly')),
      ...(await spendsOfDays(deps, call, dated, 'monthly')),
      ...(await withBackDated(deps, call, budgets)),
    ],
    scopeText,
  );
  const mayBeControlled = new Map(
    controlled.map((item): [string, ControlledScope] => [scopeText(canonicalScope(item)), item]),
  );
  const outcomes = await mapConcurrently(scopes, CONCURRENT_SCOPES, async (scope) => {
    const name = scopeText(scope);
    const own = spends.get(name) ?? [];
    const knownControl = mayBeControlled.get(name);
    try {
      return await enforceSpendingLimits(deps, call, scope, {
        spends: own,
        controlled: knownControl,
      });
    } catch (error) {
      if (isPassing(error)) throw error;
      const { scope: kind, scopeId } = scope;
      deps.telemetry.error('SCOPE_NOT_REVIEWED', { error, organizationId, scope: kind, scopeId });
      deps.telemetry.metric('ScopesNotReviewed', 1);
      return { raised: 0, pending: [] };
    }
  });
  const pending = outcomes.flatMap((outcome) => outcome.pending);
  return {
    scopes: scopes.length,
    raised: outcomes.reduce((total, { raised }) => total + raised, 0),
    ...(await queueBreaches(deps, organizationId, pending)),
  };
}

/**
 * Acts first: if the run crashes afterward, the money is guarded and the alert is still pending.
 */
async function enforceSpendingLimits(
  deps: ReviewDeps,
  call: OrganizationCall,
  scope: WatchedScope,
  {
    spends,
    controlled,
  }: { spends: readonly DailySpend[]; controlled: ControlledScope | undefined },
): Promise<Raised> {
  const { organizationId, nowMs } = call;
  const spelling = spends.find((spend) => spend.spelling !== undefined)?.spelling;
  const breaches = spends
    .flatMap((spend) => breachesOf(spend, scope.levels))
    .map((breach) => ({ ...breach, spelling }));
  const fresh =
    breaches.length === 0 ? [] : await deps.breaches.notYetRaised(organizationId, breaches);
  const { inForce, changes } = await adjustControl(
    deps,
    call,
    { ...scope, spelling },
    { spends, controlled },
  );
  const mayBeNew = scope.scope === 'user' && !hasOwnLevels(scope.levels);
  const keyId = mayBeNew ? spends.find((spend) => spend.keyId !== undefined)?.keyId : undefined;
  const raised = await raiseBreaches(deps, organizationId, fresh, { inForce, keyId });
  for (const change of changes) {
    if (change.change === 'eased' || change.change === 'renewed') continue;
    const control = await withName(deps, organizationId, change.control);
    const alert = controlAlertOf(organizationId, { ...change, control }, nowMs);
    await publishQuietly(deps, { ...alert, alsoSaidBy: breachSaying(change, fresh) });
  }
  if (controlled?.isCorrected || controlled?.isLimitChanged) {
    await tellUncrossedLevels(deps, call, scope, breaches);
  }
  return raised;
}

/** Controlled users with the department of their latest request, if their sums do not tell it. */
const withDepartments = (
  deps: ReviewDeps,
  call: OrganizationCall,
  controlled: readonly ControlledScope[],
  spends: readonly DailySpend[],
): Promise<MemberScope[]> => {
  const told = new Set(spends.filter(({ departmentId }) => departmentId).map(scopeText));
  return mapConcurrently(controlled, CONCURRENT_SCOPES, async ({ scope, scopeId }) => {
    const ref = { scope, scopeId };
    return told.has(scopeText(ref))
      ? ref
      : { ...ref, departmentId: await departmentOf(deps, call, ref) };
  });
};

/** The days of spends, by scope. All forms of a model are one. */
function daysByScope(spends: readonly DailySpend[]): ChangedDays {
  const days = Map.groupBy(spends, (spend) => scopeText(canonicalScope(spend)));
  return (ref) =>
    (days.get(scopeText(canonicalScope(ref))) ?? []).map(({ periodKey }) => periodKey);
}

const hasPercentLevel = ({ levels }: WatchedScope): boolean =>
  levels.some((level) => 'percentHundredths' in level);

const isWatchedModel = ({ scope, levels }: WatchedScope): boolean =>
  scope === 'model' && levels.length > 0;

const scopeText = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;
