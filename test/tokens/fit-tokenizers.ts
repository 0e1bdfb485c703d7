import { CONTENT_KINDS, type ContentKind } from '../../domain/tokens/content-kind.ts';
import { SHORT_TEXT_ROOTS, weigh } from '../../domain/tokens/estimate-tokens.ts';
import { FEATURE_COUNT, type FeatureCounts } from '../../domain/tokens/text-features.ts';
import { profileOf } from '../../domain/tokens/text-profile.ts';
import type { SampleText } from './sample-texts.ts';

/** A sample with its features and its true count. */
type Row = { kind: SampleText['kind']; features: FeatureCounts; tokens: number };

export type Fit = { weights: number[]; margins: Record<ContentKind, number> };

const PASSES = 3_000;
const RIDGE = 1e-5;
const COVERED = 0.995;
/**
 * Margins are based on tens to hundreds of texts, so each is widened and none may be smaller than
 * this.
 */
const LEAST_MARGIN = 0.1;
const WIDENING = 1.5;
/** There are many languages, and the texts cover few of them. */
const LEAST_MARGINS: Partial<Record<ContentKind, number>> = { latin: 0.3, cjk: 0.25, script: 0.25 };
/** No text unit has more bytes, and no tokenizer makes more tokens than bytes. */
const MOST_TOKENS_PER_UNIT = 3;

/**
 * Fits nonnegative weights by least squares of relative errors (coordinate descent), weighting each
 * kind of content equally; then sets margins that cover texts not used for the weights.
 */
export function fitTokenizer(fit: readonly Row[], margin: readonly Row[]): Fit {
  const weights = nonNegativeLeastSquares(fit).map(rounded);
  const margins = Object.fromEntries(
    CONTENT_KINDS.map((kind) => {
      const needed = margin
        .filter((row) => row.kind === kind)
        .map(({ features, tokens }) => {
          const estimate = weigh(features, weights);
          return (tokens - estimate - SHORT_TEXT_ROOTS * Math.sqrt(estimate)) / estimate;
        })
        .toSorted((a, b) => a - b);
      const quantile = needed[Math.ceil(COVERED * needed.length) - 1] ?? 0;
      const least = LEAST_MARGINS[kind] ?? LEAST_MARGIN;
      return [kind, rounded(Math.max(least, WIDENING * quantile))];
    }),
  ) as Record<ContentKind, number>;
  return { weights, margins };
}

export function rowOf({ kind, text }: SampleText, tokens: number): Row {
  const features = new Float64Array(FEATURE_COUNT);
  for (const counts of profileOf(text).values()) {
    for (const [index, count] of counts.entries()) features[index] = (features[index] ?? 0) + count;
  }
  return { kind, features, tokens: Math.max(1, tokens) };
}

function nonNegativeLeastSquares(rows: readonly Row[]): number[] {
  const byKind = new Map<string, number>();
  for (const { kind } of rows) byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
  const products = Array.from({ length: FEATURE_COUNT }, () => new Float64Array(FEATURE_COUNT));
  const targets = new Float64Array(FEATURE_COUNT);
  for (const { kind, features, tokens } of rows) {
    const say = 1 / (byKind.get(kind) ?? 1) / tokens ** 2;
    for (const [i, feature] of features.entries()) {
      targets[i] = (targets[i] ?? 0) + say * feature * tokens;
      const row = products[i] ?? new Float64Array();
      for (const [j, other] of features.entries()) row[j] = (row[j] ?? 0) + say * feature * other;
    }
  }
  const weights = Array.from({ length: FEATURE_COUNT }, () => 0);
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const [i, row] of products.entries()) {
      const own = (row[i] ?? 0) * (1 + RIDGE);
      if (own === 0) continue;
      const others = weigh(row, weights) - (row[i] ?? 0) * (weights[i] ?? 0);
      const weight = ((targets[i] ?? 0) - others) / own;
      weights[i] = Math.min(MOST_TOKENS_PER_UNIT, Math.max(0, weight));
    }
  }
  return weights;
}

const rounded = (value: number): number => Math.round(value * 1e3) / 1e3;
