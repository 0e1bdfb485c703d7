import { advise, type AdviceFacts } from '../../domain/advice/advise.ts';
import { NO_BOUNDS } from '../../domain/advice/bounds.ts';
import type { RateAt } from '../../domain/advice/outcome.ts';
import type { AdviceKind, Recommendation } from '../../domain/advice/recommendation.ts';
import { createDaySampler, type DaySample } from '../../domain/advice/day-sample.ts';
import type { RequestFact } from '../../domain/advice/request-fact.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import type { TokenUsage } from '../../domain/token-usage.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
export const OPUS = 'anthropic.claude-opus-5-5';
export const SONNET = 'anthropic.claude-sonnet-5';
export const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

export const rateAt: RateAt = (asked) => {
  const resolved = resolveRate(asked);
  return resolved.ok ? resolved.rate : undefined;
};
const NOW = START + 14 * DAY_MS;
export const rateOf: AdviceFacts['rateOf'] = (asked) => rateAt({ ...asked, atMs: NOW });

/** A request at its standard price. */
let made = 0;

export function request(
  atMs: number,
  facts: Partial<RequestFact> & { usage?: TokenUsage } = {},
): RequestFact {
  const usage = facts.usage ?? tokens(600, 100);
  const model = facts.model ?? HAIKU;
  const rate = rateOf({ model });
  if (!rate) throw new Error(`no price of ${model}`);
  made += 1;
  return {
    id: `entry-${made}`,
    system: 'relaycore',
    operation: 'chat',
    atMs,
    costNanoUsd: costOf(usage, rate),
    ...facts,
    usage,
    model,
  };
}

export const tokens = (inputTokens: number, outputTokens: number): TokenUsage => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

/** A number of requests on each of 14 days, evenly spaced from noon on. */
export function daily(
  perDay: number,
  minutesApart: number,
  make: (atMs: number, day: number, index: number) => RequestFact,
): RequestFact[] {
  return Array.from({ length: 14 }, (_, day) =>
    Array.from({ length: perDay }, (_item, index) =>
      make(START + day * DAY_MS + 6 * 3_600_000 + index * minutesApart * MINUTE_MS, day, index),
    ),
  ).flat();
}

/** Requests as the samples of their days, of which each keeps at most so many. */
export function samplesOf(requests: readonly RequestFact[], most = 10_000): DaySample[] {
  const byDay = Map.groupBy(requests, ({ atMs }) => dayOf(atMs));
  return [...byDay].map(([day, ofDay]) => {
    const sampler = createDaySampler(most);
    sampler.add(ofDay.toSorted((left, right) => left.atMs - right.atMs));
    return {
      day,
      readRequests: ofDay.length,
      allRequests: ofDay.length,
      allCostNanoUsd: ofDay.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n),
      routes: sampler.routes(),
    };
  });
}

/** The facts of an organization that only made these requests. */
export const factsOf = (requests: readonly RequestFact[], most?: number): AdviceFacts => ({
  days: samplesOf(requests, most),
  catalog: builtInCatalog,
  rateOf,
  bounds: NO_BOUNDS,
  openIds: new Set(),
  isDecided: () => false,
  budgets: [],
  thresholds: [],
});

export const adviceFor = (
  requests: readonly RequestFact[],
  kind?: AdviceKind,
  most?: number,
): Recommendation[] =>
  advise(factsOf(requests, most)).filter((item) => kind === undefined || item.kind === kind);

/** What requests of some days cost per month at the rate of the last seven of them. */
export const perMonth = (amountOfLastWeek: bigint): bigint => (amountOfLastWeek * 30n) / 7n;
