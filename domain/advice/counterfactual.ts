import type { NanoUsd } from '../money.ts';
import type { Rate } from '../pricing/rate.ts';
import { wholeCostOf } from '../pricing/rate.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import { dayOf } from '../reporting/aggregates.ts';
import type { TokenUsage } from '../token-usage.ts';
import { type Confidence, confidenceOf, LEAST_DAYS, LEAST_REQUESTS } from './confidence.ts';
import type { Before } from './recommendation.ts';
import type { RequestFact, UsageSample } from './usage-sample.ts';

/** Looks up a model's price, including the organization's own cards; `undefined` if unknown. */
export type RateOf = (rateQuery: {
  model: string;
  region?: string | undefined;
  tier?: ServiceTier | undefined;
}) => Rate | undefined;

/** What requests cost at current prices, and what they would cost after a change. */
export type Counterfactual = {
  nowNanoUsd: NanoUsd;
  thenNanoUsd: NanoUsd;
  savingNanoUsdPerMonth: NanoUsd;
  confidence: Confidence;
  before: Before;
};

/**
 * How one request would be served instead: at another price, with other tokens, or not at all (cost
 * 0).
 */
export type Instead = (
  request: RequestFact,
) => { rate?: Rate | undefined; usage?: TokenUsage } | 'not-made' | undefined;

type Repricing = {
  sample: UsageSample;
  /** The requests that the change affects. */
  requests: readonly RequestFact[];
  /** True if the saving relies on an assumption rather than on what this organization did. */
  isAssumed?: boolean;
  /** How many requests these sampled ones represent. */
  standsFor?: number;
};

const DAYS_PER_MONTH = 30n;
/** Savings below 10 cents a month are not worth reading about. */
export const LEAST_SAVING_NANO_USD = 100_000_000n;
/**
 * If the amount paid differs from the price by more than a tenth, the price does not explain it.
 */
const MOST_UNEXPLAINED = 10n;

/**
 * What a change would save per 30-day month. Prices every request as it was served and as it would
 * be, at the same prices, then scales the difference from the sample to all requests.
 * @returns `undefined` if evidence or saving is too small, a price is unknown, or prices do not
 *   explain what the requests cost (they may be discounted or already in another tier)
 */
export function counterfactual(
  { sample, requests, isAssumed = false, standsFor = requests.length }: Repricing,
  rateOf: RateOf,
  instead: Instead,
): Counterfactual | undefined {
  if (requests.length < LEAST_REQUESTS) return undefined;
  const byDay = new Map<string, bigint>();
  let [nowNanoUsd, thenNanoUsd, paidNanoUsd] = [0n, 0n, 0n];
  for (const request of requests) {
    const now = rateOf(request);
    const other = instead(request);
    if (!now || !other) return undefined;
    const cost = wholeCostOf(request.usage, now);
    const then =
      other === 'not-made' ? 0n : wholeCostOf(other.usage ?? request.usage, other.rate ?? now);
    if (cost === undefined || then === undefined) return undefined;
    nowNanoUsd += cost;
    thenNanoUsd += then;
    paidNanoUsd += request.costNanoUsd;
    const day = dayOf(request.atMs);
    byDay.set(day, (byDay.get(day) ?? 0n) + cost - then);
  }
  if (byDay.size < LEAST_DAYS || !explains(nowNanoUsd, paidNanoUsd)) return undefined;
  const saved = ((nowNanoUsd - thenNanoUsd) * BigInt(standsFor)) / BigInt(requests.length);
  const savingNanoUsdPerMonth = perMonth(sample, saved);
  if (savingNanoUsdPerMonth < LEAST_SAVING_NANO_USD) return undefined;
  return {
    nowNanoUsd,
    thenNanoUsd,
    savingNanoUsdPerMonth,
    confidence: confidenceOf([...byDay.values()].map(Number), requests.length, isAssumed),
    before: { requests: requests.length, costNanoUsd: paidNanoUsd },
  };
}

/** Scales an amount from the sample to 30 days of all requests, rounded down. */
export function perMonth(sample: UsageSample, amount: NanoUsd): NanoUsd {
  const sampled = BigInt(sample.requests.length) * BigInt(sample.days);
  return sampled === 0n ? 0n : (amount * sample.allRequests * DAYS_PER_MONTH) / sampled;
}

function explains(priced: NanoUsd, paid: NanoUsd): boolean {
  const difference = priced > paid ? priced - paid : paid - priced;
  return difference * MOST_UNEXPLAINED <= priced;
}
