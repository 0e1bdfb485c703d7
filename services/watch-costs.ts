import { breachesOf, type ScopeSpend } from '../domain/controls/breaches.ts';
import { levelsInForce } from '../domain/controls/thresholds.ts';
import { watchedPeriods } from '../domain/controls/watched-periods.ts';
import { dayOf } from '../domain/reporting/aggregates.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import type { CostMonitoringStore, RunSnapshot } from '../tables/cost-monitoring.ts';
import type { CostThresholdStore } from '../tables/cost-thresholds.ts';
import type { TokenAnalyticsStore } from '../tables/token-analytics.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { type RaisingDeps, raiseBreaches, sendStranded } from './raise-breaches.ts';
import {
  budgetSpends,
  dailySpends,
  monthlySpends,
  type SpendDeps,
  type WatchedScope,
} from './scope-spend.ts';

export type WatchDeps = SpendDeps &
  RaisingDeps & {
    analytics: Pick<TokenAnalyticsStore, 'listActiveOrganizations'>;
    thresholds: Pick<CostThresholdStore, 'getMany'>;
    monitoring: Pick<CostMonitoringStore, 'addOrganization' | 'addRun'>;
    retentionDays: number;
  };

/** What a run did; `organizationsFailed` could not be watched and are logged. */
export type WatchOutcome = RunSnapshot & { organizationsFailed: number };

const CONCURRENT_ORGANIZATIONS = 4;
const PROGRESS_EVERY = 25;

/**
 * One run of the monitor: compares what every active scope of every active organization has spent
 * with its thresholds, raises what was reached, and keeps a snapshot. Active means having spend in
 * the current UTC day (in the first hour of a day also in the one before), so that a run costs in
 * proportion to what is in use. One organization's failure leaves the others watched.
 */
export async function watchCosts(deps: WatchDeps): Promise<WatchOutcome> {
  const startedAtMs = deps.now();
  const stranded = await sendStranded(deps);
  const organizations = await activeOrganizations(deps, startedAtMs);
  let done = 0;
  const watched = await mapConcurrently(
    organizations,
    CONCURRENT_ORGANIZATIONS,
    async (organizationId) => {
      try {
        return await watchOrganization(deps, organizationId, startedAtMs);
      } catch (error) {
        deps.telemetry.error('ORGANIZATION_NOT_WATCHED', { error, organizationId });
        return undefined;
      } finally {
        done += 1;
        if (done % PROGRESS_EVERY === 0) {
          deps.telemetry.info('MONITOR_PROGRESS', { done, of: organizations.length });
        }
      }
    },
  );
  const seen = watched.filter((snapshot) => snapshot !== undefined);
  const sum = (count: (snapshot: (typeof seen)[number]) => number): number =>
    seen.reduce((total, snapshot) => total + count(snapshot), 0);
  const run: RunSnapshot = {
    atMs: startedAtMs,
    organizationsSeen: seen.length,
    scopesSeen: sum(({ scopesSeen }) => scopesSeen),
    breachesRaised: sum(({ breachesRaised }) => breachesRaised),
    alertsSent: stranded.sent + sum(({ alertsSent }) => alertsSent),
    alertsFailed: stranded.failed + sum(({ alertsFailed }) => alertsFailed),
    spentNanoUsd: seen.reduce((total, { spentNanoUsd }) => total + spentNanoUsd, 0n),
    durationMs: deps.now() - startedAtMs,
  };
  await deps.monitoring.addRun(run, deps.retentionDays);
  return { ...run, organizationsFailed: organizations.length - seen.length };
}

async function activeOrganizations({ analytics }: WatchDeps, nowMs: number): Promise<string[]> {
  const days = watchedPeriods('daily', nowMs, 'UTC').map(({ key }) => key);
  const lists = await mapConcurrently(days, 2, (day) => analytics.listActiveOrganizations(day));
  return [...new Set(lists.flat())];
}

async function watchOrganization(deps: WatchDeps, organizationId: string, nowMs: number) {
  const startedAtMs = deps.now();
  const daily = await dailySpends(deps, organizationId, nowMs);
  const scopes = await withLevels(deps, organizationId, daily);
  const spends = [
    ...daily,
    ...(await monthlySpends(deps, organizationId, scopes, nowMs)),
    ...(await budgetSpends(deps, organizationId, scopes, nowMs)),
  ];
  const levels = new Map(scopes.map((scope) => [scopeText(scope), scope.levels]));
  const breaches = spends.flatMap((spend) => breachesOf(spend, levels.get(scopeText(spend)) ?? []));
  const { raised, sent, failed } = await raiseBreaches(deps, organizationId, breaches);
  const snapshot = {
    organizationId,
    atMs: nowMs,
    scopesSeen: scopes.length,
    breachesRaised: raised,
    alertsSent: sent,
    alertsFailed: failed,
    spentNanoUsd: spentOn(daily, dayOf(nowMs)),
    durationMs: deps.now() - startedAtMs,
  };
  await deps.monitoring.addOrganization(snapshot, deps.retentionDays);
  deps.telemetry.info('ORGANIZATION_WATCHED', snapshot);
  return snapshot;
}

async function withLevels(
  { thresholds }: WatchDeps,
  organizationId: string,
  spends: readonly ScopeSpend[],
): Promise<WatchedScope[]> {
  const scopes = [...new Map(spends.map((spend) => [scopeText(spend), refOf(spend)])).values()];
  const organization: ScopeRef = { scope: 'organization', scopeId: organizationId };
  const [organizations, ...own] = await thresholds.getMany(organizationId, [
    organization,
    // The organization's own levels are read once.
    ...scopes.filter(({ scope }) => scope !== 'organization'),
  ]);
  const others = own.values();
  return scopes.map((ref) => {
    const configured = ref.scope === 'organization' ? organizations : others.next().value;
    return { ...ref, levels: levelsInForce(ref.scope, configured, organizations).levels };
  });
}

const spentOn = (spends: readonly ScopeSpend[], day: string): bigint =>
  spends
    .filter(({ scope, periodKey }) => scope === 'organization' && periodKey === day)
    .reduce((total, { spentNanoUsd }) => total + spentNanoUsd, 0n);

const refOf = ({ scope, scopeId }: ScopeRef): ScopeRef => ({ scope, scopeId });

const scopeText = ({ scope, scopeId }: ScopeRef): string => `${scope}#${scopeId}`;
