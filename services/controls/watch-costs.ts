import { withName } from '../alerts/with-names.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import { projectionAlertOf } from '../../domain/alerts/projection-alert.ts';
import { mayCross, projectedCrossing } from '../../domain/controls/projected-crossing.ts';
import { quarterToWatchFrom, watchedPeriods } from '../../domain/controls/watched-periods.ts';
import { aggregateKeyText, dayOf } from '../../domain/reporting/aggregates.ts';
import { canonicalScope, isTagScope, SCOPES } from '../../domain/scopes.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { ControlStore, StoredControls } from '../../tables/auto-control-config.ts';
import type { CostMonitoringStore, RunSnapshot } from '../../tables/cost-monitoring.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { endManualControl } from './manage-controls.ts';
import { isPassing } from '../is-passing.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { queueStranded } from '../alerts/breach-queue.ts';
import { type ReviewDeps, reviewScopes } from './review-scopes.ts';
import { budgetSpends } from './budget-spend.ts';
import { dailySpendOf } from './scope-spend.ts';
import { spendingStart } from './spending-start.ts';
import { type PatternDeps, reviewPatterns } from '../analytics/spend-patterns.ts';
import { tellAnomalies } from '../analytics/tell-anomalies.ts';
import { type NewSpenderDeps, tellNewSpenders } from '../analytics/tell-new-spenders.ts';
import { tellSteps } from '../analytics/tell-steps.ts';

export type WatchDeps = ReviewDeps & {
  analytics: Pick<
    TokenAnalyticsStore,
    | 'listChangedOrganizations'
    | 'listActiveOrganizations'
    | 'listChanged'
    | 'listDay'
    | 'listHours'
    | 'getDays'
    | 'getHours'
  >;
  controls: Pick<ControlStore, 'listWatched'>;
  preferences: Pick<AlertingConfigStore, 'get' | 'listOwn'>;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  monitoring: Pick<
    CostMonitoringStore,
    'addOrganization' | 'addRun' | 'readWatchedUntil' | 'setWatchedUntil'
  >;
  patterns: PatternDeps['patterns'];
  spenders: NewSpenderDeps['spenders'];
  usage: NewSpenderDeps['usage'];
  displayNames: NewSpenderDeps['displayNames'] & ReviewDeps['displayNames'];
  retentionDays: number;
};

/** Result of a run. `organizationsFailed` could not be monitored and are logged. */
export type WatchOutcome = RunSnapshot & { organizationsFailed: number };

const CONCURRENT_ORGANIZATIONS = 4;
const PROGRESS_EVERY = 25;

/**
 * One run of the monitor. Reviews every scope whose spend changed since the last complete run and
 * every scope under a control that may end, then stores a snapshot. Its cost is proportional to the
 * changes. If one organization fails, the others are still monitored, and the next run looks back
 * as far as this one. Anomalies, steps, patterns and new spenders come last, so that they never cut
 * monitoring short.
 */
export async function watchCosts(deps: WatchDeps): Promise<WatchOutcome> {
  const startedAtMs = deps.now();
  const stranded = await queueStranded(deps);
  const watchedUntilMs = await deps.monitoring.readWatchedUntil();
  const since = quarterToWatchFrom(watchedUntilMs, startedAtMs);
  const controlled = Map.groupBy(
    await deps.controls.listWatched(),
    ({ organizationId }) => organizationId,
  );
  const changed = await deps.analytics.listChangedOrganizations(daysToWatch(startedAtMs), since);
  const organizations = [...new Set([...changed, ...controlled.keys()])];
  let done = 0;
  const watched = await mapConcurrently(
    organizations,
    CONCURRENT_ORGANIZATIONS,
    async (organizationId) => {
      try {
        const own = controlled.get(organizationId) ?? [];
        return await watchOrganization(deps, { organizationId, nowMs: startedAtMs }, since, own);
      } catch (error) {
        deps.telemetry.error('ORGANIZATION_NOT_WATCHED', { error, organizationId });
        if (!isPassing(error)) deps.telemetry.metric('ScopesNotReviewed', 1);
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
  const organizationsFailed = organizations.length - seen.length;
  if (organizationsFailed === 0) await deps.monitoring.setWatchedUntil(startedAtMs);
  await tellAnomalies(deps, watchedUntilMs, startedAtMs);
  await tellSteps(deps, startedAtMs);
  await reviewPatterns(deps, startedAtMs);
  await tellNewSpenders(deps, startedAtMs);
  return { ...run, organizationsFailed };
}

async function watchOrganization(
  deps: WatchDeps,
  call: OrganizationCall,
  since: string,
  controlled: readonly StoredControls[],
) {
  const { organizationId, nowMs } = call;
  const startedAtMs = deps.now();
  for (const stored of controlled) await endManualControl(deps, call, stored);
  const daily = await spendsToReview(deps, call, since, controlled);
  const automatic = controlled.filter(({ state }) => state.automatic);
  const review = await reviewScopes(deps, call, { daily, controlled: automatic });
  await tellProjections(deps, call, daily);
  const snapshot = {
    organizationId,
    atMs: nowMs,
    scopesSeen: review.scopes,
    breachesRaised: review.raised,
    alertsSent: review.sent,
    alertsFailed: review.failed,
    spentNanoUsd: spentOn(daily, dayOf(nowMs)),
    durationMs: deps.now() - startedAtMs,
  };
  await deps.monitoring.addOrganization(snapshot, deps.retentionDays);
  deps.telemetry.info('ORGANIZATION_WATCHED', snapshot);
  return snapshot;
}

/** Budgets of scopes that spend too fast. Alert delivery reports each once per period. */
async function tellProjections(
  deps: WatchDeps,
  call: OrganizationCall,
  daily: readonly ScopeSpend[],
): Promise<void> {
  const refs = new Map(
    daily.map((spend) => {
      const ref = canonicalScope(spend);
      return [`${ref.scope}#${ref.scopeId}`, ref];
    }),
  );
  for (const spend of await budgetSpends(deps, call, [...refs.values()])) {
    const { nowMs } = call;
    if (!mayCross(spend, nowMs)) continue;
    const fromMs = await spendingStart(deps, call, canonicalScope(spend), spend.countsFromMs);
    const crossing = projectedCrossing(spend, nowMs, fromMs);
    if (!crossing) continue;
    const named = await withName(deps, call.organizationId, crossing);
    const alert = projectionAlertOf(call.organizationId, named, call.nowMs);
    await publishQuietly(deps, alert);
  }
}

/** The daily sums that changed, those of controlled scopes, and the organization's own. */
async function spendsToReview(
  { analytics, settings }: WatchDeps,
  { organizationId, nowMs }: OrganizationCall,
  since: string,
  controlled: readonly StoredControls[],
): Promise<ScopeSpend[]> {
  const days = daysToWatch(nowMs);
  const scopes = [
    ...days.map((bucket) => ({ scope: 'organization', scopeId: organizationId, bucket }) as const),
    ...controlled.map(({ scope, scopeId }) => ({ scope, scopeId, bucket: dayOf(nowMs) })),
  ];
  const own = await analytics.getMany(
    scopes.map(({ scope, scopeId, bucket }) => ({
      organizationId,
      dimension: scope,
      value: scopeId,
      granularity: 'daily',
      bucket,
    })),
  );
  const tags = await settings.listedTags(organizationId);
  const dimensions = [
    ...SCOPES.filter((scope) => scope !== 'organization'),
    ...tags.map((name) => `tag:${name}`).filter(isTagScope),
  ];
  const changed = await analytics.listChanged(organizationId, dimensions, days, since);
  const unique = new Map([...own, ...changed].map((sum) => [aggregateKeyText(sum), sum]));
  return [...unique.values()].map(dailySpendOf);
}

/** The UTC days whose spend is compared with levels now. */
const daysToWatch = (nowMs: number): string[] =>
  watchedPeriods('daily', nowMs).map(({ key }) => key);

const spentOn = (spends: readonly ScopeSpend[], day: string): bigint =>
  spends
    .filter(({ scope, periodKey }) => scope === 'organization' && periodKey === day)
    .reduce((total, { spent }) => total + spent, 0n);
