import type { ContentKind } from './content-kind.ts';
import { FITTED_TOKENIZERS } from './fitted-tokenizers.ts';
import type { FeatureCounts } from './text-features.ts';
import type { TextProfile } from './text-profile.ts';
import { type TokenFamily, tokenFamilyOf } from './token-family.ts';

/** `upperTokens` covers the true count of 99 % of texts of each kind of content. */
export type TokenEstimate = { tokens: number; upperTokens: number };

/**
 * Fewer words deviate more from the average, so add this many square roots of the tokens to the
 * margin.
 */
export const SHORT_TEXT_ROOTS = 2;

/**
 * Estimates a text's tokens for a model: the features of each kind of content, with weights fitted
 * to the tokenizer of the model's family. Errors by kind and family: docs/decisions/0021.
 */
export function estimateTokens(profile: TextProfile, model: string): TokenEstimate {
  const family = tokenFamilyOf(model);
  let tokens = 0;
  let margin = 0;
  for (const [kind, estimate] of tokensByKind(profile, family)) {
    tokens += estimate;
    margin += estimate * (FITTED_TOKENIZERS[family.tokenizer].margins[kind] + family.furtherMargin);
  }
  return {
    tokens: Math.round(tokens),
    upperTokens: Math.ceil(tokens + margin + SHORT_TEXT_ROOTS * Math.sqrt(tokens)),
  };
}

/** A text's tokens by kind of content, as real numbers. */
export function tokensByKind(profile: TextProfile, family: TokenFamily): Map<ContentKind, number> {
  const { weights } = FITTED_TOKENIZERS[family.tokenizer];
  const estimates = new Map<ContentKind, number>();
  for (const [kind, counts] of profile) {
    estimates.set(kind, weigh(counts, weights) * family.factor[kind]);
  }
  return estimates;
}

/** The weighted sum of features. */
export function weigh(counts: FeatureCounts, weights: readonly number[]): number {
  let sum = 0;
  for (const [feature, count] of counts.entries()) sum += count * (weights[feature] ?? 0);
  return sum;
}
