import type { CacheOffer } from '../catalog/cache-offer.ts';
import type { TokenRate } from '../pricing/rate.ts';
import { estimateTokens } from '../tokens/estimate-tokens.ts';
import { profileOf } from '../tokens/text-profile.ts';
import { cachedTexts, isWorthRewriting } from './cached-prefix.ts';
import { optimizeText, type RuleSaving } from './optimize-text.ts';
import { blocksOf } from './prompt-blocks.ts';
import type { PromptText } from './prompt-texts.ts';
import { addContext } from './rules/repeated-context.ts';
import { RULE_NAMES } from './rules/rules.ts';

/** The model for which a prompt is optimized, and what it offers to cache. */
export type OptimizationTerms = {
  model: string;
  /** `undefined`: what may be cached stays in any case. */
  rate?: TokenRate | undefined;
  offer: CacheOffer | undefined;
};

export type OptimizedTexts = {
  texts: readonly string[];
  tokensBefore: number;
  tokensAfter: number;
  /** By rule, only those that saved tokens. */
  savings: readonly RuleSaving[];
  /** Tokens at the beginning that stayed because the provider may have cached them. */
  keptPrefixTokens: number;
};

/**
 * Optimizes the texts of a prompt. What becomes of a text depends only on the texts up to it, so
 * requests with the same beginning still have the same beginning.
 */
export function optimizeTexts(
  texts: readonly PromptText[],
  { model, rate, offer }: OptimizationTerms,
): OptimizedTexts {
  const count = (text: string): number => estimateTokens(profileOf(text), model).tokens;
  const cached = cachedTexts(texts, offer);
  const prefix = texts.slice(0, cached).reduce((sum, { text }) => sum + count(text), 0);
  // A provider that caches unasked caches nothing shorter.
  const isShort = offer?.control === 'automatic' && prefix < offer.leastTokens;
  if (cached > 0 && !isShort) {
    const kept = optimizeFrom(cached, texts, count);
    if (!rate) return { ...kept, keptPrefixTokens: prefix };
    const whole = optimizeFrom(0, texts, count);
    const after = whole.texts.slice(0, cached).reduce((sum, text) => sum + count(text), 0);
    const isWorth = isWorthRewriting({ before: prefix, after }, rate);
    if (!isWorth) return { ...kept, keptPrefixTokens: prefix };
    return { ...whole, keptPrefixTokens: 0 };
  }
  return { ...optimizeFrom(0, texts, count), keptPrefixTokens: 0 };
}

function optimizeFrom(
  first: number,
  texts: readonly PromptText[],
  count: (text: string) => number,
): Omit<OptimizedTexts, 'keptPrefixTokens'> {
  const context = new Set<string>();
  const sums = RULE_NAMES.map((rule) => ({ rule, tokens: 0, edits: 0 }));
  let tokensBefore = 0;
  let tokensAfter = 0;
  const results = texts.map(({ text, isEditable }, at) => {
    if (!isEditable || at < first) {
      if (isEditable) addContext(blocksOf(text), context);
      const tokens = count(text);
      tokensBefore += tokens;
      tokensAfter += tokens;
      return text;
    }
    const optimized = optimizeText(text, context, count);
    tokensBefore += optimized.tokensBefore;
    tokensAfter += optimized.tokensAfter;
    for (const saving of optimized.savings) {
      const sum = sums.find(({ rule }) => rule === saving.rule);
      if (sum) {
        sum.tokens += saving.tokens;
        sum.edits += saving.edits;
      }
    }
    return optimized.text;
  });
  const savings = sums.filter(({ tokens }) => tokens > 0);
  return { texts: results, tokensBefore, tokensAfter, savings };
}
