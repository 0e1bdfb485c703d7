import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';
import { tokenFamilyOf } from '../../../domain/tokens/token-family.ts';

const kindsOf = (text: string): string[] => [...profileOf(text).keys()];

/** Text fragments that could confuse the run reader: long runs, and none. */
const fragment = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom('a', 'A', 'aB', 'a1', ' ', '\n', '-', '-=', '"', '漢', 'я', '😀'),
      fc.nat(3_000),
    )
    .map(([unit, times]) => unit.repeat(times)),
);
const text = fc.array(fragment, { maxLength: 6 }).map((parts) => parts.join(''));

describe('profileOf', () => {
  test('tells kinds of content apart, also within one text', () => {
    const prose =
      'The officer who holds the purse predicts what the request will cost, and then she decides whether there is enough of it left for all of them. ';
    const json = JSON.stringify(Array.from({ length: 9 }, (_, id) => ({ id, name: 'bridge' })));
    expect(kindsOf(prose)).toEqual(['english']);
    expect(kindsOf(json)).toEqual(['json']);
    expect(kindsOf('Die Zahlmeisterin hält das Geld zusammen und rechnet ab.')).toEqual(['latin']);
    expect(kindsOf('司库掌管钱袋，事后再按实际花费准确结清。')).toEqual(['cjk']);
    expect(kindsOf('Казначей хранит кошелёк.')).toEqual(['script']);
    expect(kindsOf('if (a.b > 3) { return f(x); } else { g(y); }')).toEqual(['code']);
    expect(kindsOf('| item | price |\n|---|---|\n| tea | 3 |')).toEqual(['markup']);
    expect(kindsOf('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c')).toEqual(['dense']);
    expect(kindsOf(`${' '.repeat(40)}end`)).toEqual(['blank']);
    expect(new Set(kindsOf(prose.repeat(3) + json.repeat(3)))).toEqual(
      new Set(['english', 'json']),
    );
  });

  test('reads every character a few times only, whatever the text', () => {
    fc.assert(
      fc.property(text, (value) => {
        let reads = 0;
        profileOf({
          length: value.length,
          charCodeAt(index) {
            reads += 1;
            return value.charCodeAt(index);
          },
        });
        expect(reads).toBeLessThanOrEqual(6 * value.length + 6);
      }),
    );
  });
});

describe('estimateTokens', () => {
  test('bounds its figures by the bytes of the text, for any text and model', () => {
    const model = fc.constantFrom(
      'gpt-4o',
      'anthropic.claude-opus-4-8',
      'amazon.nova-pro-v1:0',
      '?',
    );
    fc.assert(
      fc.property(text, model, (value, name) => {
        const { tokens, upperTokens } = estimateTokens(profileOf(value), name);
        expect(Number.isSafeInteger(tokens) && Number.isSafeInteger(upperTokens)).toBe(true);
        expect(upperTokens).toBeGreaterThanOrEqual(tokens);
        expect(tokens).toBeGreaterThanOrEqual(0);
        expect(tokens).toBeLessThanOrEqual(5 * Buffer.byteLength(value) + 1);
      }),
    );
  });

  test('grows with the text: twice the text has twice the tokens', () => {
    const once = 'It acts when spending goes wrong, and explains every dollar afterwards. '.repeat(
      90,
    );
    const [single, two] = [once, once + once].map((value) =>
      estimateTokens(profileOf(value), 'gpt-4o'),
    );
    expect((two?.tokens ?? 0) / (single?.tokens ?? 1)).toBeCloseTo(2, 1);
  });
});

describe('tokenFamilyOf', () => {
  test.each([
    ['gpt-4o-mini', 'o200k'],
    ['gpt-4.1', 'o200k'],
    ['gpt-4-0613', 'cl100k'],
    ['gpt-3.5-turbo', 'cl100k'],
    ['openai.gpt-oss-120b-1:0', 'o200k'],
    ['o3-mini', 'o200k'],
    ['anthropic.claude-v2:1', 'claude-2'],
    ['anthropic.claude-instant-v1', 'claude-2'],
    ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude'],
    ['anthropic.claude-sonnet-4-20250514-v1:0', 'claude'],
    ['anthropic.claude-opus-4-6', 'claude'],
    ['global.anthropic.claude-opus-4-7-v1:0', 'claude-newer'],
    ['claude-sonnet-5', 'claude-newer'],
    ['meta.llama3-1-8b-instruct-v1:0', 'llama-3'],
    ['meta.llama2-13b-chat-v1', 'sentencepiece'],
    ['mistral.mixtral-8x7b-instruct-v0:1', 'sentencepiece'],
    ['mistral.mistral-large-2407-v1:0', 'large-vocabulary'],
    ['qwen.qwen3-32b-v1:0', 'qwen'],
    ['amazon.nova-lite-v1:0', 'large-vocabulary'],
    ['somebody.else', 'unknown'],
  ])('%s counts as %s', (model, family) => {
    expect(tokenFamilyOf(model).name).toBe(family);
  });
});
