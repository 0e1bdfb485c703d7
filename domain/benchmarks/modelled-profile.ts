import type { NanoUsd } from '../money.ts';
import { costOf } from '../pricing/rate.ts';
import { resolveRate } from '../pricing/resolve-rate.ts';
import { NO_TOKENS } from '../token-usage.ts';
import type { Figure, Profile } from './profile.ts';
import {
  type ModelledRequest,
  type Spread,
  USAGE_MODELS,
  type UsageModel,
} from './usage-models.ts';

/** Industries that have a built-in profile. */
export const INDUSTRIES = USAGE_MODELS.map(({ industry }) => industry);

/**
 * An industry's profile, computed from its assumed use of models and the built-in list prices at
 * the time. `undefined` if the industry has none.
 * @throws Error if one of its models has no price
 */
export function modelledProfile(industry: string, atMs: number): Profile | undefined {
  const usage = USAGE_MODELS.find((item) => item.industry === industry);
  if (!usage) return undefined;
  return { industry, title: usage.title, figures: figuresOf(usage, atMs) };
}

function figuresOf(usage: UsageModel, atMs: number): Figure[] {
  const { requests, outcome } = usage;
  const costs = spread(requests, (request) => costAt(request, atMs));
  const tokens = spread(requests, ({ inputTokens, outputTokens }) => inputTokens + outputTokens);
  const prices = spread(requests, ({ model }) => model);
  const facts = {
    basis: 'modelled' as const,
    source: `${usage.source}; list prices of ${prices.low}, ${prices.typical} and ${prices.high}`,
    sourceDate: usage.sourceDate,
  };
  const perThousand = {
    low: (costs.low * 1_000n) / BigInt(tokens.low),
    typical: (costs.typical * 1_000n) / BigInt(tokens.typical),
    high: (costs.high * 1_000n) / BigInt(tokens.high),
  };
  return [
    { metric: 'costPerRequest', ...amounts(costs), meaning: usage.meaning, ...facts },
    {
      metric: 'costPerThousandTokens',
      ...amounts(perThousand),
      meaning: `input and output tokens together: ${usage.meaning}`,
      ...facts,
    },
    ...(outcome
      ? [
          {
            metric: 'costPerOutcome' as const,
            ...amounts({
              low: costs.low * BigInt(outcome.requests.low),
              typical: costs.typical * BigInt(outcome.requests.typical),
              high: costs.high * BigInt(outcome.requests.high),
            }),
            meaning: outcome.meaning,
            ...facts,
          },
        ]
      : []),
  ];
}

const spread = <From, To>(of: Spread<From>, map: (item: From) => To): Spread<To> => ({
  low: map(of.low),
  typical: map(of.typical),
  high: map(of.high),
});

const amounts = ({ low, typical, high }: Spread<NanoUsd>) => ({
  lowNanoUsd: low,
  typicalNanoUsd: typical,
  highNanoUsd: high,
});

function costAt({ model, inputTokens, outputTokens }: ModelledRequest, atMs: number): NanoUsd {
  const resolved = resolveRate({ model, atMs });
  if (!resolved.ok) throw new Error(`no list price of ${model}: ${resolved.reason}`);
  return costOf({ ...NO_TOKENS, inputTokens, outputTokens }, resolved.rate);
}
