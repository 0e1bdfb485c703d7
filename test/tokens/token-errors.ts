import { estimateTokens } from '../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../domain/tokens/text-profile.ts';
import type { SampleText } from './sample-texts.ts';

/** Errors of estimates for texts of one kind, in percent of the true count. */
export type TokenErrors = {
  texts: number;
  /** Mean of the signed errors. */
  bias: number;
  /** Mean of the absolute errors. */
  error: number;
  /** Error of the total over these texts. */
  ofSum: number;
  /** Share of texts whose true count exceeds the upper count. */
  above: number;
  /** Mean ratio of the upper count to the true count. */
  upper: number;
};

export type CountedText = SampleText & { tokens: number };

/** Errors by kind of content, as estimated for a model. */
export function errorsByKind(
  texts: readonly CountedText[],
  model: string,
): Map<string, TokenErrors> {
  const byKind = Map.groupBy(texts, ({ kind }) => kind);
  return new Map([...byKind].map(([kind, ofKind]) => [kind, errorsOf(ofKind, model)]));
}

function errorsOf(texts: readonly CountedText[], model: string): TokenErrors {
  const counts = texts.map(({ text, tokens }) => ({
    tokens,
    estimate: estimateTokens(profileOf(text), model),
  }));
  const mean = (of: (count: (typeof counts)[number]) => number): number =>
    (100 * counts.reduce((sum, count) => sum + of(count), 0)) / counts.length;
  const total = mean(({ tokens }) => tokens);
  return {
    texts: texts.length,
    bias: mean(({ tokens, estimate }) => estimate.tokens / tokens - 1),
    error: mean(({ tokens, estimate }) => Math.abs(estimate.tokens / tokens - 1)),
    ofSum: (mean(({ estimate }) => estimate.tokens) / total - 1) * 100,
    above: mean(({ tokens, estimate }) => (tokens > estimate.upperTokens ? 1 : 0)),
    upper: mean(({ tokens, estimate }) => estimate.upperTokens / tokens),
  };
}
