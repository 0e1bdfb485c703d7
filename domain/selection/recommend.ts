import type { NanoUsd } from '../money.ts';
import { DEFAULT_SEVERITY } from '../severity.ts';
import { isNamed, isOpen, unmetWish, whyTooMuchLoss, type Wishes } from './eligibility.ts';
import { type LeftOut, sift } from './left-out.ts';
import type { Merits } from './merits.ts';
import { byPreference, whyNotFirst } from './preference.ts';
import { conversationCost, type Turn, type WarmPrefix } from './warm-prefix.ts';

/** What `recommend` needs to know about a priced model. */
export type PricedModel = {
  model: string;
  expectedCostNanoUsd: NanoUsd;
} & Merits;

export type Recommendation<Quote> = {
  recommended: Quote;
  /** The recommended model, the other suitable ones best first, and the rest as they were. */
  ranked: [Quote, ...Quote[]];
  leftOut: LeftOut[];
};

/**
 * The best of the models that the caller considers good enough: the requested one, the candidates and,
 * if a minimum quality is set, every model that reaches it. If none of them is suitable, the
 * requested model stays. Where the caller names a model, the best is the cheapest; otherwise the
 * request's severity decides (`byPreference`). A conversation with a warm prefix is compared with all
 * that is still to come of it.
 * @returns `undefined` if no model is suitable
 */
export function recommend<Quote extends PricedModel>(
  wishes: Wishes,
  quotes: readonly Quote[],
  costInFull: (quote: Quote) => NanoUsd = ({ expectedCostNanoUsd }) => expectedCostNanoUsd,
): Recommendation<Quote> | undefined {
  const requested = quotes.find(({ model }) => model === wishes.model);
  const { kept, leftOut } = sift(quotes, (quote) => {
    const isGoodEnough =
      wishes.minQuality !== undefined ||
      wishes.maxQualityLoss !== undefined ||
      isOpen(wishes) ||
      isNamed(wishes, quote.model);
    const tooMuchLoss = quote === requested ? undefined : whyTooMuchLoss(wishes, requested, quote);
    if (tooMuchLoss) return tooMuchLoss;
    return unmetWish(wishes, quote) ?? (isGoodEnough ? undefined : 'not-named');
  });
  const { severity = DEFAULT_SEVERITY } = wishes;
  const costs = kept.map((quote) => ({
    quote,
    model: quote.model,
    quality: quote.quality,
    uncertainty: quote.uncertainty,
    expectedCostNanoUsd: costInFull(quote),
  }));
  const best = byPreference(costs, wishes.model === undefined ? severity : DEFAULT_SEVERITY);
  const [first, ...others] = best;
  const recommended = first?.quote ?? requested;
  if (!recommended) return undefined;
  const inOrder = others.map(({ quote }) => quote);
  const rest = quotes.filter((quote) => quote !== recommended && !inOrder.includes(quote));
  return {
    recommended,
    ranked: [recommended, ...inOrder, ...rest],
    leftOut: [
      ...leftOut.filter(({ model }) => model !== recommended.model),
      ...(first ? kept.filter((quote) => quote !== recommended) : []).map((quote) => ({
        model: quote.model,
        because: whyNotFirst(recommended, quote),
      })),
    ],
  };
}

/** What each model would cost in full: the coming request, or all that is to come of a conversation. */
export const costWith =
  (warm: WarmPrefix | undefined) =>
  (quote: Turn & PricedModel): NanoUsd =>
    warm ? conversationCost(quote, warm) : quote.expectedCostNanoUsd;
