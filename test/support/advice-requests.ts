import { advise } from '../../domain/advice/advise.ts';
import type { RateAt } from '../../domain/advice/outcome.ts';
import type { AdviceKind, Recommendation } from '../../domain/advice/recommendation.ts';
import type { RequestFact, UsageSample } from '../../domain/advice/usage-sample.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { costOf } from '../../domain/pricing/rate.ts';
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
export const rateOf: Parameters<typeof advise>[0]['rateOf'] = (asked) =>
  rateAt({ ...asked, atMs: NOW });

/** A request at its standard price. */
export function request(atMs: number, facts: Partial<RequestFact> & { usage?: TokenUsage } = {}) {
  const usage = facts.usage ?? tokens(600, 100);
  const model = facts.model ?? HAIKU;
  const rate = rateOf({ model });
  if (!rate) throw new Error(`no price of ${model}`);
  return {
    system: 'relaycore',
    operation: 'chat',
    atMs,
    costNanoUsd: costOf(usage, rate),
    isDeferrable: false,
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

const sampleOf = (requests: RequestFact[]): UsageSample => ({
  requests,
  days: 14,
  allRequests: BigInt(requests.length),
});

export const adviceFor = (requests: RequestFact[], kind?: AdviceKind): Recommendation[] =>
  advise({
    sample: sampleOf(requests),
    catalog: builtInCatalog,
    rateOf,
    budgets: [],
    thresholds: [],
  }).filter((item) => kind === undefined || item.kind === kind);
