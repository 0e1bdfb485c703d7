import { expect, test } from 'vitest';
import { optimizeText } from '../../../domain/prompts/optimize-text.ts';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';

const count = (text: string): number => estimateTokens(profileOf(text), 'claude-sonnet-4-6').tokens;

const filled = (part: string, characters: number): string =>
  part.repeat(Math.ceil(characters / part.length)).slice(0, characters);

/** Texts of any length that are meant to take long. */
const HOSTILE: readonly [name: string, of: (characters: number) => string][] = [
  ['quote marks', (n) => filled('>', n)],
  ['nested quotes', (n) => filled(`${'>'.repeat(50)}a\n`, n)],
  ['nested lists', (n) => filled('- '.repeat(500), n / 2) + filled('\n', n / 2)],
  ['numbered lists', (n) => filled('1) ', n)],
  ['lists and lazy lines', (n) => filled('- a\nb\n', n)],
  ['fences', (n) => filled('```\n', n)],
  ['backticks', (n) => filled('`', n)],
  ['brackets', (n) => filled('[', n)],
  ['tags', (n) => filled('<a ', n)],
  ['different tags', (n) => Array.from({ length: n / 8 }, (_, at) => `<a${at}>`).join('\n')],
  ['tables', (n) => `|a|b|\n|-|-|\n${filled('|a|b|\n', n)}`],
  ['underlines', (n) => filled('a\n=\n', n)],
  ['blanks', (n) => filled(' ', n)],
  ['blanks between words', (n) => `a${filled(' ', n)}b`],
  ['runs of blanks', (n) => filled('a  1', n)],
  ['one line', (n) => filled('word ', n)],
  ['short lines', (n) => filled('a\n', n)],
  ['paragraphs', (n) => filled('The guests are here.   \n\n\n\n', n)],
  ['one instruction', (n) => filled('Always answer in one short sentence. ', n)],
  ['its paragraphs', (n) => filled('Always answer in one short sentence.\n\n', n)],
  ['dots', (n) => filled('.', n)],
  ['sentences', (n) => filled('a. ', n)],
  ['courtesies', (n) => filled('Thank you very much. ', n)],
  ['line ends', (n) => filled('\r', n)],
  ['a document again and again', (n) => filled(`${filled('The sea is calm today. ', 400)}\n\n`, n)],
];

const CHARACTERS = 250_000;
const MOST_MS = 3_000;

test.each(HOSTILE)(
  '%s take no longer than their length allows',
  (_, of) => {
    const text = of(CHARACTERS);
    const startMs = performance.now();
    const { tokensBefore, tokensAfter } = optimizeText(text, new Set(), count);
    expect(performance.now() - startMs).toBeLessThan(MOST_MS);
    expect(tokensAfter).toBeLessThanOrEqual(tokensBefore);
  },
  60_000,
);
