import { type NanoUsd } from '../money.ts';
import type { CacheSavings } from './cache-saving.ts';
import { openGroupsOf, type OpenGroup } from './open-saving.ts';
import type { Outcome, Unmeasured } from './outcome.ts';
import type { Recommendation } from './recommendation.ts';

/** Accepted advice that was measured in a period. */
export type RealizedSaving = {
  recommendation: Recommendation;
  savedNanoUsd: NanoUsd;
  marginNanoUsd: NanoUsd;
};

/**
 * What an organization saved in a period. The three ways overlap: a switch that advice led to may also be
 * routing, and a cache that it led to is a cache. So they are not added.
 */
export type Savings = {
  /** By accepted advice, the most first. */
  realized: RealizedSaving[];
  realizedNanoUsd: NanoUsd;
  /** The margins added, which holds however the outcomes depend on each other. */
  marginNanoUsd: NanoUsd;
  /** How much accepted advice could not be measured, such as advice on limits. */
  unmeasured: number;
  /** By routing to other models than the requested ones, net of the lost cache. */
  routing: { savedNanoUsd: NanoUsd; lostCacheNanoUsd: NanoUsd };
  caches: CacheSavings;
  /** What open advice would save per month, the largest first. */
  open: OpenGroup[];
  openNanoUsdPerMonth: NanoUsd;
};

type Facts = Pick<Savings, 'routing' | 'caches'> & {
  items: readonly (Recommendation & { state: string })[];
  measured: readonly { recommendation: Recommendation; outcome: Outcome | Unmeasured }[];
};

/** Sums up what was saved and what could be. */
export function savingsOf({ items, measured, routing, caches }: Facts): Savings {
  const realized = measured
    .flatMap(({ recommendation, outcome }): RealizedSaving[] => {
      if ('unmeasured' in outcome) return [];
      const { realizedSavingNanoUsd: savedNanoUsd, marginNanoUsd } = outcome;
      return [{ recommendation, savedNanoUsd, marginNanoUsd }];
    })
    .toSorted((one, other) => (one.savedNanoUsd > other.savedNanoUsd ? -1 : 1));
  const open = openGroupsOf(items);
  return {
    realized,
    realizedNanoUsd: realized.reduce((sum, { savedNanoUsd }) => sum + savedNanoUsd, 0n),
    marginNanoUsd: realized.reduce((sum, { marginNanoUsd }) => sum + marginNanoUsd, 0n),
    unmeasured: measured.length - realized.length,
    routing,
    caches,
    open,
    openNanoUsdPerMonth: open.reduce((sum, { netNanoUsdPerMonth }) => sum + netNanoUsdPerMonth, 0n),
  };
}
