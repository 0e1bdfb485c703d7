import { type NamingDeps, withName } from '../alerts/with-names.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { quarterToWatchFrom } from '../../domain/controls/watched-periods.ts';
import { dayOf, startOfQuarter } from '../../domain/reporting/aggregates.ts';
import { alertEndOf } from '../../domain/alerts/alert-end.ts';
import { channelsFor } from '../../domain/alerts/alert-preferences.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import { anomalyAlertOf } from '../../domain/alerts/anomaly-alert.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { anomaliesOfSpend } from './analyze-spend.ts';
import type { Subject } from './daily-spend.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';

type Deps = NamingDeps & {
  analytics: Pick<
    TokenAnalyticsStore,
    'listChangedOrganizations' | 'listDay' | 'listHours' | 'getDays'
  >;
  preferences: Pick<AlertingConfigStore, 'listOwn'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const HOUR_MS = 3_600_000;
/** The first monitor run after an hour ends evaluates that hour. */
const JUDGED_WITHIN_MS = 900_000;
const LOOK_BACK_MS = 24 * HOUR_MS;
/** Judging one takes four weeks of its hours. */
const MOST_SUBJECTS = 100;
const CONCURRENT_ORGANIZATIONS = 4;

/**
 * Reports hours in which an organization, or a scope whose own preferences ask for it, spent more
 * than its history explains. Covers every
 * organization that spent since the start of the previous hour, including ones idle since. Each
 * costs a read of four weeks of hours, so this runs once an hour; alert delivery reports each
 * anomaly once. Failures are logged and do not stop threshold monitoring.
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

/** The organization, and its scopes whose own preferences take anomalies. */
async function subjectsOf({ preferences }: Deps, organizationId: string): Promise<Subject[]> {
  const own = await preferences.listOwn(organizationId, MOST_SUBJECTS);
  const asking = own.filter(
    ({ scope, preferences: wants }) =>
      scope !== 'organization' &&
      channelsFor(wants, 'warning').some(
        ({ kinds }) => kinds === undefined || kinds.includes('anomaly_detected'),
      ),
  );
  return [
    { organizationId, scope: 'organization', scopeId: organizationId },
    ...asking.map(({ scope, scopeId }) => ({ organizationId, scope, scopeId })),
  ];
}

async function tellAnomaliesOf(
  deps: Deps,
  organizationId: string,
  toMs: number,
  nowMs: number,
): Promise<void> {
  try {
    for (const subject of await subjectsOf(deps, organizationId)) {
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
  const anomalies = await anomaliesOfSpend(deps.analytics, subject, range);
  for (const { direction, fromMs, toMs: endMs, actual, expected, explanation } of anomalies) {
    if (direction === 'below') continue;
    const told = {
      fromMs,
      toMs: endMs,
      actualNanoUsd: nanoOf(actual),
      expectedNanoUsd: nanoOf(expected),
      ...(explanation ? { explanation } : {}),
    };
    const about = await withName(deps, subject.organizationId, subject);
    const alert = anomalyAlertOf(about, told, nowMs);
    await publishQuietly(deps, alert);
    // It would still last if the latest whole hour were part of it.
    if (endMs < toMs) {
      await publishQuietly(deps, alertEndOf(alert, 'spending is as usual again', nowMs));
    }
  }
}

/** An estimate in USD as an amount to show. */
const nanoOf = (usd: number): NanoUsd => BigInt(Math.round(usd * 1e9));
