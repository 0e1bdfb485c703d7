import type { Rate } from '../../../domain/pricing/rate.ts';
import type { ServiceTier } from '../../../domain/pricing/service-tier.ts';
import { NO_TOKENS, type TokenUsage } from '../../../domain/token-usage.ts';
import { billOf, publicRate } from './own-bill.ts';
import { type Call, DAY_MS } from './traffic.ts';

/** How calls are served: what advice may change. */
export type Practice = {
  model: string;
  /** Another model or tier that serves a share of the calls. */
  also?: { model: string; tier?: ServiceTier; share: number } | undefined;
  tier: ServiceTier;
  cache: 'off' | '5m' | '1h';
  /** What calls share stays, differs for each of them, or is shorter than what providers cache. */
  prefix: 'kept' | 'own' | 'short';
  /** Regions that calls are spread over, each with a cache of its own. */
  regions: readonly string[];
  /** A cache of answers knows a prompt that came before, so that no model is called. */
  answersRepeats: boolean;
  /** Agents may turn in loops. */
  loops: boolean;
  /** Input that the work does not need is left out. */
  trims: boolean;
  /** Attempts fail for a reason that could be mended. */
  fails: boolean;
};

/** A request that reached a model, or one of its failed attempts. */
export type ServedRequest = {
  call: Call;
  attempt: number;
  isFailed: boolean;
  /** A cache of answers answered it, so it used nothing. */
  isHit: boolean;
  model: string;
  region: string | undefined;
  shared: Call['shared'];
  tier: ServiceTier;
  usage: TokenUsage;
  costNanoUsd: bigint;
};

/** The shortest prefix that providers cache. */
const LEAST_CACHED_TOKENS = 1_024;
const LIFE_MS = { '5m': 300_000, '1h': 3_600_000 };
/** An attempt that fails was billed for its input and this share of the answer. */
const FAILED_OUTPUT_SHARE = 0.5;

const SHORT_TOKENS = 900;

const NOTHING = { usage: NO_TOKENS, costNanoUsd: 0n };

type Kept = { tokens: number; untilMs: number };

/**
 * Serves the calls of one route on one day, in order of time, with caches that are empty at midnight.
 * @param practiceOf how each call is served
 * @throws RangeError if a model has no public price in the tier
 */
export function serve(
  calls: readonly Call[],
  practiceOf: (call: Call) => Practice,
): ServedRequest[] {
  const kept = new Map<string, Kept>();
  const served: ServedRequest[] = [];
  const rateOf = dayRates();
  for (const call of calls) {
    const practice = practiceOf(call);
    if (call.repeats === 'loop' && !practice.loops) continue;
    const { also } = practice;
    const { model, tier = practice.tier } = also && call.draw < also.share ? also : practice;
    const rate = rateOf(model, tier, call.atMs);
    const region = practice.regions[Math.floor(call.draw * practice.regions.length)];
    const shared = sharedIn(call, practice);
    const how = { model, tier, region, shared };
    if (call.repeats !== undefined && practice.answersRepeats) {
      served.push({ call, attempt: 1, isFailed: false, isHit: true, ...how, ...NOTHING });
      continue;
    }
    const failures = practice.fails ? call.failures : 0;
    for (let attempt = 1; attempt <= failures + 1; attempt += 1) {
      const isFailed = attempt <= failures;
      const cache = hasCache(rate) ? practice.cache : 'off';
      const asked = { ...call, shared, outputTokens: outputOf(call, isFailed) };
      const usage = usageOf(asked, { ...practice, cache }, kept, region);
      const costNanoUsd = billOf(usage, rate);
      served.push({ call, attempt, isFailed, isHit: false, ...how, usage, costNanoUsd });
    }
  }
  return served;
}

/** Looks prices up once for each model and tier. All calls are of the same day. */
function dayRates() {
  const rates: { model: string; tier: ServiceTier; rate: Rate }[] = [];
  return (model: string, tier: ServiceTier, atMs: number): Rate => {
    const before = rates.find((item) => item.model === model && item.tier === tier);
    if (before) return before.rate;
    const rate = publicRate(model, tier, Math.floor(atMs / DAY_MS) * DAY_MS);
    if (!rate) throw new RangeError(`${model} has no ${tier} price.`);
    rates.push({ model, tier, rate });
    return rate;
  };
}

/** What a call shares with others as it is sent. */
function sharedIn({ id, shared }: Call, { prefix }: Practice): Call['shared'] {
  if (prefix === 'kept') return shared;
  return prefix === 'own'
    ? { ...shared, name: id }
    : { ...shared, tokens: Math.min(shared.tokens, SHORT_TOKENS) };
}

const hasCache = (rate: Rate): boolean =>
  rate.cacheReadNanoUsdPerMillion < rate.inputNanoUsdPerMillion;

const outputOf = ({ outputTokens }: Call, isFailed: boolean): number =>
  isFailed ? Math.ceil(outputTokens * FAILED_OUTPUT_SHARE) : outputTokens;

function usageOf(
  call: Call,
  { cache, trims }: Practice,
  kept: Map<string, Kept>,
  region: string | undefined,
): TokenUsage {
  const whole = call.inputTokens + (trims ? 0 : call.needlessTokens);
  const { outputTokens } = call;
  const { tokens } = call.shared;
  const name = JSON.stringify([region, call.shared.name]);
  if (cache === 'off' || tokens < LEAST_CACHED_TOKENS) {
    return { inputTokens: whole, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
  }
  const before = kept.get(name);
  const read = before && call.atMs <= before.untilMs ? Math.min(before.tokens, tokens) : 0;
  const written = tokens - read;
  kept.set(name, { tokens, untilMs: call.atMs + LIFE_MS[cache] });
  return {
    inputTokens: whole - tokens,
    outputTokens,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    ...(cache === '1h' ? { cacheWriteOneHourTokens: written } : {}),
  };
}

/** What requests cost together. */
export const sumOf = (requests: readonly ServedRequest[]): bigint =>
  requests.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
