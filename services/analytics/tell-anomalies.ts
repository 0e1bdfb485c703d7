import { type NamingDeps, withName } from '../alerts/with-names.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Explanation } from '../../domain/anomalies/explain-anomaly.ts';
import { quarterToWatchFrom } from '../../domain/controls/watched-periods.ts';
import { dayOf, startOfQuarter } from '../../domain/reporting/aggregates.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { alertEndOf } from '../../domain/alerts/alert-end.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import { anomalyAlertOf } from '../../domain/alerts/anomaly-alert.ts';
import type { SpelledScope } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { subjectsAsking } from './asking-subjects.ts';
import { type Subject, toNanoUsd } from './daily-spend.ts';
import { stretchesFromSums } from './read-stretches.ts';
import { explained, type SpendSpike, spikesOfSpend } from './spend-anomalies.ts';

type Deps = NamingDeps & {
  analytics: Pick<TokenAnalyticsStore, 'listChangedOrganizations' | 'listDay' | 'listHours'>;
  preferences: Pick<AlertingConfigStore, 'listOwn'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const HOUR_MS = 3_600_000;
/** The first monitor run after an hour ends evaluates that hour. */
const JUDGED_WITHIN_MS = 900_000;
const LOOK_BACK_MS = 24 * HOUR_MS;
const CONCURRENT_ORGANIZATIONS = 4;

/**
 * Reports hours in which an organization, or a scope whose own preferences ask for it, spent more
 * than its history explains. Covers every
 * organization that spent since the start of the previous hour, including ones idle since. Each
 * costs a read of four weeks of hours, so this runs once an hour; alert delivery reports each
 * anomaly once. One that lasts longer than a day ends with `tellSteps`. Failures are logged and do not stop threshold monitoring.
 * @param watchedUntilMs when the last complete run started
 */
export async function tellAnomalies(
  deps: Deps,
  watchedUntilMs: number | undefined,
  nowMs: number,
): Promise<void> {
  const hourMs = nowMs - (nowMs % HOUR_MS);
  if (nowMs - hourMs >= JUDGED_WITHIN_MS) return;
  const sinceMs = watchedUntilMs && Math.min(watchedUntilMs, hourMs - HOUR_MS);
  const since = quarterToWatchFrom(sinceMs, nowMs);
  const days = [...new Set([dayOf(startOfQuarter(since)), dayOf(nowMs)])];
  const spent = await deps.analytics.listChangedOrganizations(days, since);
  await mapConcurrently(spent, CONCURRENT_ORGANIZATIONS, (organizationId) =>
    tellAnomaliesOf(deps, organizationId, hourMs, nowMs),
  );
}

async function tellAnomaliesOf(
  deps: Deps,
  organizationId: string,
  toMs: number,
  nowMs: number,
): Promise<void> {
  try {
    for (const subject of await subjectsAsking(deps, organizationId, 'anomaly_detected')) {
      await tellAnomaliesOfSubject(deps, subject, toMs, nowMs);
    }
  } catch (error) {
    deps.telemetry.error('ANOMALIES_NOT_JUDGED', { error, organizationId });
  }
}

async function tellAnomaliesOfSubject(
  deps: Deps,
  subject: Subject,
  toMs: number,
  nowMs: number,
): Promise<void> {
  const range = { fromMs: toMs - LOOK_BACK_MS, toMs };
  const spikes = await spikesOfSpend(deps.analytics, subject, range);
  const above = spikes.filter(({ direction }) => direction === 'above');
  if (above.length === 0) return;
  const about = await withName(deps, subject.organizationId, subject);
  const readStretches = stretchesFromSums(deps.analytics);
  for (const spike of await explained(readStretches, subject, above)) {
    const alert = spikeAlertOf(about, spike, nowMs);
    await publishQuietly(deps, alert);
    // It would still last if the latest whole hour were part of it.
    if (spike.toMs < toMs && spike.isBack) await publishQuietly(deps, spikeEndOf(alert, nowMs));
  }
}

/** The alert for a spike; the same incident however it is explained. */
export const spikeAlertOf = (
  about: SpelledScope & { organizationId: string },
  {
    fromMs,
    toMs,
    actual,
    expected,
    explanation,
  }: SpendSpike & { explanation?: Explanation | undefined },
  nowMs: number,
): Alert =>
  anomalyAlertOf(
    about,
    {
      fromMs,
      toMs,
      actualNanoUsd: toNanoUsd(actual),
      expectedNanoUsd: toNanoUsd(expected),
      ...(explanation ? { explanation } : {}),
    },
    nowMs,
  );

/** The end of a spike that passed. */
export const spikeEndOf = (alert: Alert, nowMs: number): Alert =>
  alertEndOf(alert, 'spending is as usual again', nowMs);
