import { beforeAll, describe, expect, it } from 'vitest';
import { CONTENT_KINDS } from '../../domain/tokens/content-kind.ts';
import { type SampleText, sampleTexts } from './sample-texts.ts';
import { errorsByKind, type TokenErrors } from './token-errors.ts';
import { MODEL_OF, TOKENIZER_NAMES, TOKENIZERS } from './tokenizers.ts';

/**
 * Maximum mean absolute error in percent: the measured value (docs/decisions/0021) plus some slack.
 */
const MOST_ERROR: Record<string, number> = {
  english: 7,
  latin: 19,
  cjk: 17,
  script: 14,
  code: 9,
  json: 7,
  markup: 11,
  dense: 9,
  blank: 7,
  mixed: 6,
};
/** The share of texts that may be above the upper count. */
const SHARE_ABOVE = 0.01;
/** Samples change with the installed packages, so a share that chance explains is no fault. */
const LEAST_CHANCE = 0.05;

/** How likely at least so many texts are above if each is with `SHARE_ABOVE` (binomial). */
function chanceOf({ texts, above }: Pick<TokenErrors, 'texts' | 'above'>): number {
  const observed = Math.round((above / 100) * texts);
  let term = (1 - SHARE_ABOVE) ** texts;
  let fewer = 0;
  for (let count = 0; count < observed; count += 1) {
    fewer += term;
    term *= ((texts - count) / (count + 1)) * (SHARE_ABOVE / (1 - SHARE_ABOVE));
  }
  return 1 - fewer;
}

let samples: SampleText[] = [];
beforeAll(() => {
  samples = sampleTexts().filter(({ set }) => set === 'check');
});

describe.each(TOKENIZER_NAMES)('token estimates against %s', (name) => {
  let errors = new Map<string, TokenErrors>();
  beforeAll(() => {
    errors = errorsByKind(
      samples.map((sample) => ({ ...sample, tokens: TOKENIZERS[name](sample.text) })),
      MODEL_OF[name],
    );
  });

  it.each([...CONTENT_KINDS, 'mixed'])('keep their error and their upper count for %s', (kind) => {
    const result = errors.get(kind);
    expect(result?.texts).toBeGreaterThanOrEqual(10);
    expect(result?.error).toBeLessThan(MOST_ERROR[kind] ?? 0);
    expect(result && chanceOf(result)).toBeGreaterThan(LEAST_CHANCE);
    // A bound of twice the count would cover everything and be useless.
    expect(result?.upper).toBeLessThan(175);
  });
});
