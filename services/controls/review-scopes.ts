import { breachesOf, type ScopeSpend } from '../../domain/controls/breaches.ts';
import { breachSaying, controlAlertOf } from '../../domain/alerts/control-alert.ts';
import { levelsInForce } from '../../domain/controls/thresholds.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import { type AdjustDeps, adjustControl } from './adjust-control.ts';
import { isPassing } from '../is-passing.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { type RaisingDeps, type RaisingOutcome, raiseBreaches } from '../alerts/raise-breaches.ts';
import {
  budgetSpends,
  dailySpendsOfModels,
  hourlySpends,
  monthlySpends,
  type SpendDeps,
  type WatchedScope,
  withBackDated,
} from './scope-spend.ts';

export type ReviewDeps = SpendDeps &
  RaisingDeps &
  AdjustDeps & { thresholds: Pick<CostThresholdStore, 'getMany'> };

export type ReviewOutcome = RaisingOutcome & { scopes: number };

const CONCURRENT_SCOPES = 4;

/**
 * Compares what scopes spent with their thresholds, restricts those that spent too much, frees those
 * that no longer do, and raises what was reached. The stream and the monitor both end here, so that
 * they agree and nothing is done twice, whichever comes first. A scope that cannot be reviewed for a
 * reason of its own is logged with an alarm, and stops no other.
 * @param daily what the scopes spent in the days that are watched
 * @param controlled scopes that may be under an automatic control
 */
export async function reviewScopes(
  deps: ReviewDeps,
  organizationId: string,
  { daily, controlled = [] }: { daily: readonly ScopeSpend[]; controlled?: readonly ScopeRef[] },
  nowMs: number,
): Promise<ReviewOutcome> {
  const scopes = await withLevels(deps, organizationId, [...daily, ...controlled]);
  const budgets = await budgetSpends(deps, organizationId, scopes.filter(hasPercentLevel), nowMs);
  const spends = Map.groupBy(
    [
      ...daily.filter(({ scope }) => scope !== 'model'),
      ...(await dailySpendsOfModels(deps, organizationId, scopes.filter(isWatchedModel), nowMs)),
      ...(await hourlySpends(deps, organizationId, scopes, nowMs)),
      ...(await monthlySpends(deps, organizationId, scopes, nowMs)),
      ...(await withBackDated(deps, organizationId, budgets, nowMs)),
    ],
    scopeText,
  );
  const mayBeControlled = new Set(controlled.map(canonicalScope).map(scopeText));
  const outcomes = await mapConcurrently(scopes, CONCURRENT_SCOPES, async (scope) => {
    const name = scopeText(scope);
    const own = spends.get(name) ?? [];
    const isControlled = mayBeControlled.has(name);
    try {
      return await enforceSpendingLimits(deps, organizationId, scope, own, isControlled, nowMs);
    } catch (error) {
      if (isPassing(error)) throw error;
      const { scope: kind, scopeId } = scope;
      deps.telemetry.error('SCOPE_NOT_REVIEWED', { error, organizationId, scope: kind, scopeId });
      deps.telemetry.metric('ScopesNotReviewed', 1);
      return { raised: 0, sent: 0, failed: 0 };
    }
  });
  const sum = (count: (outcome: RaisingOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  return {
    scopes: scopes.length,
    raised: sum(({ raised }) => raised),
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed }) => failed),
  };
}

/** Acts first, tells next: a crash in between leaves the money guarded and the alert to be sent. */
async function enforceSpendingLimits(
  deps: ReviewDeps,
  organizationId: string,
  scope: WatchedScope,
  spends: readonly ScopeSpend[],
  mayBeControlled: boolean,
  nowMs: number,
): Promise<RaisingOutcome> {
  const breaches = spends.flatMap((spend) => breachesOf(spend, scope.levels));
  const fresh =
    breaches.length === 0 ? [] : await deps.breaches.notYetRaised(organizationId, breaches);
  const { inForce, changes } = await adjustControl(
    deps,
    organizationId,
    scope,
    spends,
    mayBeControlled,
    nowMs,
  );
  const outcome = await raiseBreaches(deps, organizationId, fresh, inForce);
  for (const change of changes) {
    if (change.change === 'eased' || change.change === 'renewed') continue;
    const alert = controlAlertOf(organizationId, change, nowMs);
    await publishQuietly(deps, { ...alert, alsoSaidBy: breachSaying(change, fresh) });
  }
  return outcome;
}

async function withLevels(
  { thresholds }: ReviewDeps,
  organizationId: string,
  spends: readonly ScopeRef[],
): Promise<WatchedScope[]> {
  const refs = spends.map(canonicalScope);
  const scopes = [...new Map(refs.map((ref) => [scopeText(ref), ref])).values()];
  const organization: ScopeRef = { scope: 'organization', scopeId: organizationId };
  const [organizations, ...own] = await thresholds.getMany(organizationId, [
    organization,
    // The organization's own levels are read once.
    ...scopes.filter(({ scope }) => scope !== 'organization'),
  ]);
  const others = own.values();
  return scopes.map((ref) => {
    const configured = ref.scope === 'organization' ? organizations : others.next().value;
    return { ...ref, ...levelsInForce(ref.scope, configured, organizations) };
  });
}

const hasPercentLevel = ({ levels }: WatchedScope): boolean =>
  levels.some((level) => 'percentHundredths' in level);

const isWatchedModel = ({ scope, levels }: WatchedScope): boolean =>
  scope === 'model' && levels.length > 0;

const scopeText = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;
