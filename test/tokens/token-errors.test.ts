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
/** Maximum share of texts above the upper count, in percent. */
const MOST_ABOVE = 1;

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
    expect(result?.above).toBeLessThanOrEqual(MOST_ABOVE);
    // A bound of twice the count would cover everything and be useless.
    expect(result?.upper).toBeLessThan(175);
  });
});
