import type { NanoUsd } from '../money.ts';
import { type Measures, tokensIn } from '../reporting/measures.ts';
import type { Figure, Profile, UnitMetric } from './profile.ts';

/** Where an organization's unit cost is: below the low figure, up to the high one, or above it. */
export const BANDS = ['below', 'within', 'above'] as const;
export type Band = (typeof BANDS)[number];

/** Number of reported outcomes, and the spend since the first day that had one. */
export type Outcomes = { count: bigint; costNanoUsd: NanoUsd };

/** An organization's spend: total, by operation, and for outcomes if any were reported. */
export type OwnUse = {
  total: Measures;
  byOperation: ReadonlyMap<string, Measures>;
  outcomes?: Outcomes | undefined;
};

export type Comparison = {
  figure: Figure;
  requests: bigint;
  ownNanoUsd?: NanoUsd | undefined;
  band?: Band | undefined;
  /** Why there is no comparison. */
  why?: string | undefined;
};

/** Fewer requests do not give a meaningful unit cost. */
export const LEAST_REQUESTS_COMPARED = 100n;

/** Compares an organization's unit costs with the figures of a profile. */
export const compareUnitCosts = (profile: Profile, own: OwnUse): Comparison[] =>
  profile.figures.map((figure) => comparisonOf(figure, own));

function comparisonOf(figure: Figure, own: OwnUse): Comparison {
  const { metric, operation } = figure;
  const measures = operation === undefined ? own.total : own.byOperation.get(operation);
  const requests = measures?.requests ?? 0n;
  if (!measures || requests < LEAST_REQUESTS_COMPARED) {
    return { figure, requests, why: `fewer than ${LEAST_REQUESTS_COMPARED} requests` };
  }
  if (metric === 'costPerOutcome' && operation !== undefined) {
    return { figure, requests, why: 'outcomes are counted over all requests, not by operation' };
  }
  const ownNanoUsd = unitCostOf(metric, measures, own.outcomes);
  if (ownNanoUsd === undefined) {
    return {
      figure,
      requests,
      why:
        metric === 'costPerOutcome'
          ? 'no outcomes are reported: list the tag "outcome" (PUT /v1/reports/tags) and set it on the request that completes one'
          : 'no tokens are recorded',
    };
  }
  return { figure, requests, ownNanoUsd, band: bandOf(ownNanoUsd, figure) };
}

/** Cost per unit, rounded down; `undefined` if there are no units. */
export function unitCostOf(
  metric: UnitMetric,
  measures: Measures,
  outcomes?: Outcomes,
): NanoUsd | undefined {
  const { costNanoUsd, requests } = measures;
  const [amount, units] = {
    costPerRequest: [costNanoUsd, requests],
    costPerThousandTokens: [costNanoUsd * 1_000n, tokensIn(measures)],
    costPerOutcome: [outcomes?.costNanoUsd ?? 0n, outcomes?.count ?? 0n],
  }[metric] as [bigint, bigint];
  return units > 0n ? amount / units : undefined;
}

function bandOf(own: NanoUsd, { lowNanoUsd, highNanoUsd }: Figure): Band {
  if (own < lowNanoUsd) return 'below';
  return own > highNanoUsd ? 'above' : 'within';
}
