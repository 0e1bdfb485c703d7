import type { Telemetry } from '../../contracts/telemetry.ts';
import { quarterToWatchFrom } from '../../domain/controls/watched-periods.ts';
import { dayOf, startOfQuarter } from '../../domain/reporting/aggregates.ts';
import { anomalyAlertOf } from '../../domain/alerts/anomaly-alert.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { anomaliesOfSpend } from './analyze-spend.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';

type Deps = {
  analytics: Pick<
    TokenAnalyticsStore,
    'listChangedOrganizations' | 'listDay' | 'listHours' | 'getDays'
  >;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const HOUR_MS = 3_600_000;
/** The first monitor run after an hour ends evaluates that hour. */
const JUDGED_WITHIN_MS = 900_000;
const LOOK_BACK_MS = 24 * HOUR_MS;
const CONCURRENT_ORGANIZATIONS = 4;

/**
 * Reports hours in which an organization spent more than its history explains. Covers every
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

async function tellAnomaliesOf(
  deps: Deps,
  organizationId: string,
  toMs: number,
  nowMs: number,
): Promise<void> {
  const subject = { organizationId, scope: 'organization', scopeId: organizationId } as const;
  const range = { fromMs: toMs - LOOK_BACK_MS, toMs };
  try {
    const anomalies = await anomaliesOfSpend(deps.analytics, subject, range);
    for (const { direction, fromMs, toMs: endMs, actual, expected, explanation } of anomalies) {
      if (direction === 'below') continue;
      const alert = anomalyAlertOf(
        organizationId,
        {
          fromMs,
          toMs: endMs,
          actualNanoUsd: nanoOf(actual),
          expectedNanoUsd: nanoOf(expected),
          ...(explanation ? { explanation } : {}),
        },
        nowMs,
      );
      await publishQuietly(deps, alert);
    }
  } catch (error) {
    deps.telemetry.error('ANOMALIES_NOT_JUDGED', { error, organizationId });
  }
}

/** An estimate in USD as an amount to show. */
const nanoOf = (usd: number): NanoUsd => BigInt(Math.round(usd * 1e9));
