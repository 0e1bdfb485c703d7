import type * as z from 'zod';
import type { Anomaly } from '../domain/anomalies/detect-anomalies.ts';
import type { Explanation } from '../domain/anomalies/explain-anomaly.ts';
import type { SpendStep } from '../domain/anomalies/spend-step.ts';
import type { Forecast, ForecastDay } from '../domain/forecasting/forecast-days.ts';
import { raisedBySpent } from '../domain/forecasting/raised-by-spent.ts';
import { formatUsd, type NanoUsd, parseUsd } from '../domain/money.ts';
import { addDays } from '../domain/periods.ts';
import type { Classified, Evidence } from '../domain/patterns/classify-pattern.ts';
import type { PatternHistory } from '../domain/patterns/pattern-history.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import type { LastingStep } from '../domain/series/lasting-steps.ts';
import type { patternView } from './analytics.ts';
import type { anomaliesView, anomalyView } from './anomalies.ts';
import type { forecastView, spentForecastView } from './forecasts.ts';
import { rounded } from './rounded.ts';

/** How many digits of an amount sentences show. */
const SHOWN_DIGITS = 3;

type SpendPattern = {
  classified: Classified;
  history: PatternHistory | undefined;
  until: string;
  historyDays: number;
};

/** The API's view of a pattern. */
export function patternViewOf(
  { scope, scopeId }: ScopeRef,
  { classified, history, until, historyDays }: SpendPattern,
): z.output<typeof patternView> {
  const names = history?.names.toReversed() ?? [];
  const [inForce] = names;
  return {
    scope,
    scopeId,
    pattern: inForce?.pattern ?? classified.pattern,
    since: inForce?.since ?? null,
    challenger: history?.challenger ?? null,
    history: names.map((name) => ({
      pattern: name.pattern,
      since: name.since,
      reason: name.reason,
      weeklyChangePercent: rounded(name.weeklyChangePercent),
      evidence: name.evidence ? evidenceViewOf(name.evidence) : null,
    })),
    suggested: classified.pattern,
    confidence: rounded(classified.confidence),
    step: stepViewOf(classified.step, addDays(until, 1 - historyDays)),
    summary: summaryOf(classified, addDays(until, 1 - historyDays)),
    weeklyChangePercent: rounded(classified.weeklyChangePercent),
    noisePercent: rounded(100 * classified.noise),
    evidence: classified.evidence.map(evidenceViewOf),
    historyDays,
    until,
  };
}

/** @param firstDay of the series in which the step is */
const stepViewOf = (step: LastingStep | undefined, firstDay: string) =>
  step
    ? {
        since: addDays(firstDay, step.at),
        beforeUsd: estimateText(step.before),
        sinceUsd: estimateText(step.since),
      }
    : null;

/** The pattern in words, with the step before it. */
function summaryOf({ pattern, step }: Classified, firstDay: string): string {
  if (!step) return `${pattern.charAt(0).toUpperCase()}${pattern.slice(1)}.`;
  const [before, since] = [step.before, step.since].map((usd) =>
    estimateText(Number(usd.toPrecision(SHOWN_DIGITS))),
  );
  const direction = step.since > step.before ? 'up' : 'down';
  return `Stepped ${direction} on ${addDays(firstDay, step.at)} from ${before} to ${since} USD a day, ${pattern} since.`;
}

const evidenceViewOf = ({ pattern, size, strength, byChance }: Evidence) => ({
  pattern,
  sizePercent: rounded(100 * size),
  strength: rounded(strength),
  byChance: rounded(byChance),
});

/** The API's view of a forecast. */
export const forecastViewOf = (
  { scope, scopeId }: ScopeRef,
  forecast: Forecast & { firstDay: string; historyDays: number; timeZone: string },
): z.output<typeof forecastView> => ({
  scope,
  scopeId,
  currency: 'USD',
  timeZone: forecast.timeZone,
  days: forecast.days.map((day, ahead) => ({
    day: addDays(forecast.firstDay, ahead),
    ...amountsOf(day),
  })),
  total: amountsOf(forecast.total),
  accuracy: forecast.accuracy
    ? {
        day: rounded(forecast.accuracy.day),
        total: rounded(forecast.accuracy.total),
        forecasts: forecast.backTests,
      }
    : null,
  step: stepViewOf(forecast.step, addDays(forecast.firstDay, -forecast.historyDays)),
  bands: {
    days: forecast.check.days,
    totals: forecast.check.totals,
    width80: rounded(forecast.check.width80),
    typicalError:
      forecast.check.typicalError === undefined ? null : rounded(forecast.check.typicalError),
  },
  reliable: forecast.uncertainty === undefined,
  uncertainty: forecast.uncertainty ?? null,
  reason: forecast.reason ?? null,
  methods: forecast.methods.map(({ method, share }) => ({ method, share: rounded(share) })),
  historyDays: forecast.historyDays,
});

/** The API's view of a forecast, adjusted to what was spent today. */
export function withSpentToday(
  view: z.output<typeof forecastView>,
  { spentNanoUsd, ...rest }: { spentNanoUsd: NanoUsd; restMs: number; dayMs: number },
): z.output<typeof spentForecastView> {
  const expectedNanoUsd = nanoOf(view.days[0]?.expectedUsd);
  const { ofToday, ofAll } = raisedBySpent({ expectedNanoUsd, spentNanoUsd }, rest);
  return {
    ...view,
    spentTodayUsd: formatUsd(spentNanoUsd),
    days: view.days.map((day, ahead) => (ahead === 0 ? { ...day, ...each(day, ofToday) } : day)),
    total: each(view.total, ofAll),
  };
}

const each = (amounts: Amounts, change: (amount: NanoUsd) => NanoUsd): Amounts => ({
  expectedUsd: formatUsd(change(nanoOf(amounts.expectedUsd))),
  low80Usd: formatUsd(change(nanoOf(amounts.low80Usd))),
  high80Usd: formatUsd(change(nanoOf(amounts.high80Usd))),
  low95Usd: formatUsd(change(nanoOf(amounts.low95Usd))),
  high95Usd: formatUsd(change(nanoOf(amounts.high95Usd))),
});

const nanoOf = (text = ''): NanoUsd => parseUsd(text) ?? 0n;

type Amounts = z.output<typeof forecastView>['total'];
type Seen = {
  fromMs: number;
  toMs: number;
  explanation: (Explanation & { comparedWithFromMs: number }) | undefined;
};
type SpendAnomaly = Seen & (({ kind: 'spike' } & Anomaly) | ({ kind: 'step' } & SpendStep));

/** The API's view of the anomalies in a range. */
export const anomaliesViewOf = (
  { scope, scopeId }: ScopeRef,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  anomalies: readonly SpendAnomaly[],
): z.output<typeof anomaliesView> => ({
  scope,
  scopeId,
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
  items: anomalies.map(anomalyViewOf),
});

function anomalyViewOf(anomaly: SpendAnomaly): z.output<typeof anomalyView> {
  const { direction } = anomaly;
  const from = new Date(anomaly.fromMs).toISOString();
  const to = new Date(anomaly.toMs).toISOString();
  const explanation = anomaly.explanation ? explanationViewOf(anomaly.explanation) : null;
  if (anomaly.kind === 'step') {
    const { kind, since, usualBefore, usualSince } = anomaly;
    const beforeUsd = estimateText(usualBefore);
    return {
      kind,
      from,
      to,
      direction,
      since,
      beforeUsd,
      sinceUsd: estimateText(usualSince),
      explanation,
    };
  }
  return {
    kind: anomaly.kind,
    from,
    to,
    direction,
    actualUsd: estimateText(anomaly.actual),
    expectedUsd: estimateText(anomaly.expected),
    score: rounded(anomaly.score),
    comparedWith: anomaly.basis,
    explanation,
  };
}

const explanationViewOf = ({
  comparedWithFromMs,
  differenceNanoUsd,
  effects,
  cause,
  movers,
}: Explanation & { comparedWithFromMs: number }) => ({
  comparedWithFrom: new Date(comparedWithFromMs).toISOString(),
  differenceUsd: formatUsd(differenceNanoUsd),
  cause,
  volumeUsd: formatUsd(effects.volume),
  mixUsd: formatUsd(effects.mix),
  sizeUsd: formatUsd(effects.size),
  tokenMixUsd: formatUsd(effects.tokenMix),
  priceUsd: formatUsd(effects.price),
  movers: movers.map(({ dimension, value, beforeNanoUsd, afterNanoUsd }) => ({
    dimension,
    value,
    beforeUsd: formatUsd(beforeNanoUsd),
    afterUsd: formatUsd(afterNanoUsd),
  })),
});

const amountsOf = ({ expected, low80, high80, low95, high95 }: ForecastDay) => ({
  expectedUsd: estimateText(expected),
  low80Usd: estimateText(low80),
  high80Usd: estimateText(high80),
  low95Usd: estimateText(low95),
  high95Usd: estimateText(high95),
});

/** An estimate in USD as text. Caps amounts that nobody can spend. */
const estimateText = (usd: number): string =>
  formatUsd(BigInt(Math.round(Math.min(usd, 1e11) * 1e9)));
