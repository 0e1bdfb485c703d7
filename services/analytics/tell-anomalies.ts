import { anomaliesViewOf } from '../../contracts/analytics-views.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { anomalyAlertOf } from '../../domain/alerts/anomaly-alert.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { anomaliesOfSpend } from './analyze-spend.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { AlertPublisher } from '../alerts/raise-breaches.ts';

type Deps = {
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'listHours' | 'getDays'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const HOUR_MS = 3_600_000;
/** An hour is judged in the first run of the monitor after its end. */
const JUDGED_WITHIN_MS = 900_000;
const LOOK_BACK_MS = 24 * HOUR_MS;
const MOVERS_TOLD = 3;

/**
 * Tells people of hours in which an organization spent more than its history explains. It costs a
 * reading of its hours of four weeks, so that it is done once an hour; the delivery of alerts tells of
 * each anomaly once. What cannot be judged is logged, and stops no threshold from being watched.
 */
export async function tellAnomalies(
  deps: Deps,
  organizationId: string,
  nowMs: number,
): Promise<void> {
  if (nowMs % HOUR_MS >= JUDGED_WITHIN_MS) return;
  const subject = { organizationId, scope: 'organization', scopeId: organizationId } as const;
  const toMs = nowMs - (nowMs % HOUR_MS);
  const range = { fromMs: toMs - LOOK_BACK_MS, toMs };
  try {
    const found = await anomaliesOfSpend(deps.analytics, subject, range);
    const { items } = anomaliesViewOf(subject, range, found);
    for (const { direction, from, to, actualUsd, expectedUsd, explanation } of items) {
      if (direction === 'below') continue;
      const movers = (explanation?.movers ?? [])
        .slice(0, MOVERS_TOLD)
        .map(
          ({ dimension, value, beforeUsd, afterUsd }) =>
            `${dimension} ${value}: ${beforeUsd} → ${afterUsd} USD`,
        );
      const told = { fromMs: Date.parse(from), toMs: Date.parse(to), actualUsd, expectedUsd };
      const alert = anomalyAlertOf(
        organizationId,
        { ...told, cause: explanation?.cause, movers },
        nowMs,
      );
      await publishQuietly(deps, alert);
    }
  } catch (error) {
    deps.telemetry.error('ANOMALIES_NOT_JUDGED', { error, organizationId });
  }
}
