import type { NanoUsd } from '../money.ts';
import { isNamed, isOpen, unmetWish, type Wishes } from './eligibility.ts';
import { type LeftOut, leavingOut, sift } from './left-out.ts';

/** What `recommend` needs to know about a priced model. */
export type PricedModel = {
  model: string;
  expectedCostNanoUsd: NanoUsd;
  quality?: number | undefined;
  latencyMs?: number | undefined;
};

export type Recommendation<Quote> = { recommended: Quote; leftOut: LeftOut[] };

/**
 * The cheapest model that the caller considers good enough: the requested one, the candidates and,
 * if a minimum quality is set, every model that reaches it. If none of them is suitable, the
 * requested model stays.
 * @returns `undefined` if no model is suitable
 */
export function recommend<Quote extends PricedModel>(
  wishes: Wishes,
  quotes: readonly Quote[],
): Recommendation<Quote> | undefined {
  const { kept, leftOut } = sift(quotes, (quote) => {
    const isGoodEnough =
      wishes.minQuality !== undefined || isOpen(wishes) || isNamed(wishes, quote.model);
    return unmetWish(wishes, quote) ?? (isGoodEnough ? undefined : 'not-named');
  });
  const recommended = cheapestOf(kept) ?? quotes.find(({ model }) => model === wishes.model);
  if (!recommended) return undefined;
  const dearer = kept.filter((quote) => quote !== recommended);
  return {
    recommended,
    leftOut: [
      ...leftOut.filter(({ model }) => model !== recommended.model),
      ...dearer.map(leavingOut('dearer')),
    ],
  };
}

/** The cheapest quote; the first one wins a tie. */
const cheapestOf = <Quote extends PricedModel>(quotes: readonly Quote[]): Quote | undefined =>
  quotes.reduce<Quote | undefined>(
    (best, quote) => (best && best.expectedCostNanoUsd <= quote.expectedCostNanoUsd ? best : quote),
    undefined,
  );
