import type { NanoUsd } from '../money.ts';

export const UNIT_METRICS = ['costPerRequest', 'costPerThousandTokens', 'costPerOutcome'] as const;
export type UnitMetric = (typeof UNIT_METRICS)[number];

export const FIGURE_BASES = ['modelled', 'reported', 'own'] as const;
/**
 * `modelled`: computed from stated model use and list prices, not observed. `reported`: published
 * by someone. `own`: the organization's own goal or past.
 */
export type FigureBasis = (typeof FIGURE_BASES)[number];

/** An industry's unit cost. Half of all comparable cases are between `low` and `high`. */
export type Figure = {
  metric: UnitMetric;
  /** The operation it applies to; absent for all requests. */
  operation?: string | undefined;
  lowNanoUsd: NanoUsd;
  typicalNanoUsd: NanoUsd;
  highNanoUsd: NanoUsd;
  basis: FigureBasis;
  meaning: string;
  source: string;
  /** The day on which the source was read or published: `2026-11-21`. */
  sourceDate: string;
};

export type Profile = { industry: string; title: string; figures: readonly Figure[] };
