import type { Telemetry } from '../../contracts/telemetry.ts';
import { alertEndOf } from '../../domain/alerts/alert-end.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import {
  type AlertedStep,
  spikeStaysOf,
  stepAlertOf,
  stepEndOf,
} from '../../domain/alerts/step-alert.ts';
import { beganWith, lastsAfter } from '../../domain/anomalies/spend-step.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { type NamingDeps, withName } from '../alerts/with-names.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type Subject, toNanoUsd } from './daily-spend.ts';
import { stretchesFromSums } from './read-stretches.ts';
import {
  type DatedStep,
  explained,
  happening,
  type SpendSpike,
  spikesOfSpend,
  stepsOfSpend,
} from './spend-anomalies.ts';
import { subjectsAsking } from './asking-subjects.ts';
import { spikeAlertOf, spikeEndOf } from './tell-anomalies.ts';

export type StepDeps = NamingDeps & {
  analytics: Pick<
    TokenAnalyticsStore,
    'listActiveOrganizations' | 'listDay' | 'listHours' | 'getDays'
  >;
  preferences: Pick<AlertingConfigStore, 'listOwn'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const DAY_MS = 86_400_000;
/** The first monitor run of a UTC day looks for steps. */
const TOLD_WITHIN_MS = 900_000;
/** A step is told on the day on which it is seen, or on the next two if a run was missed. */
const NEWS_DAYS = 3;
/** A step is seen after five days, in noise after some more; a spike may have begun it. */
const LOOK_BACK_DAYS = 14;
/** An alert of a step lasts as long, unless another step ends it. */
const STEP_DAYS = 28;
/** After a step to nothing, an organization spent last this many days ago at most. */
const IDLE_DAYS = 8;
const CONCURRENT_ORGANIZATIONS = 4;

/**
 * Reports days from which on an organization, or a scope whose own preferences ask for it, has
 * another usual day, and ends what the hourly look at anomalies leaves open: spikes that last. Runs
 * once a day; alert delivery reports each step once. Failures are logged and do not stop the monitor.
 */
export async function tellSteps(deps: StepDeps, nowMs: number): Promise<void> {
  const todayMs = nowMs - (nowMs % DAY_MS);
  if (nowMs - todayMs >= TOLD_WITHIN_MS) return;
  const days = Array.from({ length: IDLE_DAYS }, (_, ago) => dayOf(todayMs - (ago + 1) * DAY_MS));
  const active = await mapConcurrently(days, CONCURRENT_ORGANIZATIONS, (day) =>
    deps.analytics.listActiveOrganizations(day),
  );
  const organizations = [...new Set(active.flat())];
  await mapConcurrently(organizations, CONCURRENT_ORGANIZATIONS, async (organizationId) => {
    try {
      for (const subject of await subjectsAsking(deps, organizationId, 'step_detected')) {
        await tellStepsOf(deps, subject, nowMs);
      }
    } catch (error) {
      deps.telemetry.error('STEPS_NOT_JUDGED', { error, organizationId });
    }
  });
}

async function tellStepsOf(deps: StepDeps, subject: Subject, nowMs: number): Promise<void> {
  const toMs = nowMs - (nowMs % DAY_MS);
  const daysAgo = (days: number) => ({ fromMs: toMs - days * DAY_MS, toMs });
  const range = daysAgo(LOOK_BACK_DAYS);
  const steps = await stepsOfSpend(deps.analytics, subject, daysAgo(STEP_DAYS));
  const spikes = await spikesOfSpend(deps.analytics, subject, range);
  const above = spikes.filter(({ direction }) => direction === 'above');
  const news = steps.filter(({ foundMs }) => foundMs > toMs - NEWS_DAYS * DAY_MS);
  if (above.length + news.length === 0) return;
  const about = await withName(deps, subject.organizationId, subject);
  const readStretches = stretchesFromSums(deps.analytics);
  for (const [newer, step] of (await explained(readStretches, subject, news)).entries()) {
    const spike = above.findLast((item) => beganWith(step, happening(item)));
    const told = { ...alertedOf(step), spikeFromMs: spike?.fromMs };
    const before = steps[newer + 1];
    if (before) {
      const alert = stepAlertOf(about, alertedOf(before), nowMs);
      await publishQuietly(deps, stepEndOf(alert, told, nowMs));
    }
    await publishQuietly(deps, stepAlertOf(about, told, nowMs));
  }
  for (const spike of above) {
    const end = endOf(spikeAlertOf(about, spike, nowMs), { spike, steps, range }, nowMs);
    if (end) await publishQuietly(deps, end);
  }
}

type Followed = {
  spike: SpendSpike;
  steps: readonly DatedStep[];
  range: { fromMs: number; toMs: number };
};

/** How a spike ended: in a step, as it came, or by lasting too long to be one; `undefined` if it may go on. */
function endOf(alert: Alert, { spike, steps, range }: Followed, nowMs: number): Alert | undefined {
  const step = steps.find((item) => lastsAfter(item, happening(spike)));
  if (step) return spikeStaysOf(alert, alertedOf(step), nowMs);
  if (spike.toMs < range.toMs && spike.isBack) return spikeEndOf(alert, nowMs);
  if (spike.foundMs >= range.fromMs + DAY_MS) return undefined;
  return alertEndOf(alert, 'spending has not come back for two weeks', nowMs, STAYED_ABOVE);
}

const STAYED_ABOVE =
  'It rises without a clear new level. Compare GET /v1/forecasts with the budget.';

const alertedOf = ({
  direction,
  since,
  fromMs,
  daysSince,
  usualBefore,
  usualSince,
  ...rest
}: DatedStep & Partial<Pick<AlertedStep, 'explanation'>>): AlertedStep => ({
  direction,
  since,
  fromMs,
  daysSince,
  beforeNanoUsd: toNanoUsd(usualBefore),
  sinceNanoUsd: toNanoUsd(usualSince),
  ...(rest.explanation ? { explanation: rest.explanation } : {}),
});
