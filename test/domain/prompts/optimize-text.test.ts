import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { optimizeText, type OptimizedText } from '../../../domain/prompts/optimize-text.ts';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';
import { prompts, wildTexts } from './generated-prompts.ts';

const count = (text: string): number =>
  estimateTokens(profileOf(text), 'anthropic.claude-sonnet-4-6').tokens;
const optimized = (text: string): OptimizedText => optimizeText(text, new Set(), count);
const after = (text: string): string => optimized(text).text;
const LONG =
  'The hotel stands on a hill above the old harbor. Its guests like the garden, the quiet rooms and the long breakfast on the terrace. In winter the owners close the upper floor, heat the library and invite the people of the town to read there. Nobody pays for it, and many of them come every week.';
const ORDER = 'Always answer in one short sentence.';
const linesOf = (text: string): string[] =>
  text.split(/[\r\n]+/).flatMap((line) => line.split(/\s+/).join(' ').trim() || []);

describe('what leaves a prompt', () => {
  test.each([
    [
      'blank lines and blanks at ends',
      'Hello there.   \n\n\n\n\nWhat is open?  \n',
      'Hello there.\n\nWhat is open?',
    ],
    [
      'runs of blanks in prose',
      'What is      open today\nfor the      guests?',
      'What is open today\nfor the guests?',
    ],
    [
      'a repeated instruction',
      `${ORDER}\n\nWhat is open?\n\n${ORDER}`,
      `${ORDER}\n\nWhat is open?`,
    ],
    [
      'it within a paragraph',
      `${ORDER} It helps. ${ORDER} Is it open?`,
      `${ORDER} It helps. Is it open?`,
    ],
    [
      'it in other capitals',
      `${ORDER}\n\nIs it open? Please always  answer in one short sentence.`,
      `${ORDER}\n\nIs it open?`,
    ],
    [
      'a courtesy at the end',
      'Which rooms see the sea?\n\nThanks in advance for your help!',
      'Which rooms see the sea?',
    ],
    [
      'a courtesy first',
      'I hope you are doing well. Which rooms see the sea?',
      'Which rooms see the sea?',
    ],
  ])('%s', (_, text, result) => {
    expect(after(text)).toBe(result);
  });

  test('a repeated document, for which a pointer stands', () => {
    const other = LONG.replace('harbor', 'town');
    expect(after(`${LONG}\n\n${other}\n\nIs it open?\n\n${LONG}\n\n${other}\n\nAnd now?`)).toBe(
      `${LONG}\n\n${other}\n\nIs it open?\n\n(Repeated from above: The hotel stands on a hill above the old harbor. Its guests …)\n\nAnd now?`,
    );
  });

  test('is told by rule, and the tokens add up', () => {
    const text = `${ORDER}   \n\n\n\n\n${LONG}\n\nIs it open?\n\n${LONG}\n\n${ORDER}`;
    const { tokensBefore, tokensAfter, savings } = optimized(text);
    expect(new Set(savings.map(({ rule }) => rule))).toEqual(
      new Set(['white-space', 'repeated-context', 'repeated-instruction']),
    );
    const sum = savings.reduce((total, { tokens }) => total + tokens, 0);
    expect([tokensBefore - tokensAfter, count(text) - count(after(text))]).toEqual([sum, sum]);
  });
});

describe('what stays', () => {
  test.each([
    ['fenced code', `Look:\n\n\`\`\`\na   b  \n\n\n\n${ORDER}\n\n${ORDER}\n\`\`\``],
    ['a fence that nothing closes', `Look:\n\n~~~\na   b  \n\n\n\n${ORDER}\n${ORDER}`],
    ['indented code', 'Look:\n\n    a   b  \n\n\n\n    c   d'],
    ['code that nobody marked', 'import os\n\n\n\ndef f(x):\n    return  x  \n\n\n\nf(1)'],
    [
      'a quotation over paragraphs',
      `He wrote “one   two.\n\n\n\nthree   four.\n\n${ORDER}\n\n${ORDER}”`,
    ],
    ['what stands within a tag', `<mail>\n\none   two.  \n\n${ORDER}\n\n${ORDER}\n\n</mail>`],
    ['columns', 'Name   City   Room\nAda    Rome   a1'],
    ['numbers that are aligned', 'Total  1200'],
    ['a table', '| a   | b   |\n| --- | --- |\n| 1   | 2   |'],
    ['lists and their order', '- b   c\n- a   d\n- b   c'],
    ['short repeats, which may be examples', 'Q: up?\n\nA: down.\n\nQ: up?\n\nA: down.'],
    [
      'courtesies that the task is about',
      'Translate into French.\n\nThank you very much for your help!',
    ],
    ['a prompt that is only a courtesy', 'Thank you very much!'],
    ['nothing', ''],
    ['blanks alone', '  \n\n  '],
  ])('%s', (_, text) => {
    expect(optimized(text)).toMatchObject({ text, savings: [] });
  });
});

describe('for any prompt', () => {
  test('code, quotes, numbers, tables, lists, tags and data stay, in their order', () => {
    fc.assert(
      fc.property(prompts, ({ text, kept }) => {
        let rest = after(text);
        for (const part of kept) {
          const at = rest.indexOf(part);
          expect(at, `lost: ${JSON.stringify(part)}`).toBeGreaterThanOrEqual(0);
          rest = rest.slice(at + part.length);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a second time changes nothing, and tokens only fall', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          wildTexts,
          prompts.map(({ text }) => text),
        ),
        (text) => {
          const first = optimized(text);
          expect(after(first.text)).toBe(first.text);
          expect(first.tokensAfter).toBeLessThanOrEqual(first.tokensBefore);
          expect(first.savings.length > 0 || first.text === text).toBe(true);
        },
      ),
      { numRuns: 600 },
    );
  });

  test('no line appears that was not there, but for pointers, sentences that stay and their blanks', () => {
    fc.assert(
      fc.property(prompts, ({ text }) => {
        const before = linesOf(text).join(' ');
        for (const line of linesOf(after(text))) {
          if (line.startsWith('(Repeated from above:')) continue;
          for (const part of line.split(/(?<=[.!?]) /)) expect(before).toContain(part);
        }
      }),
      { numRuns: 200 },
    );
  });
});
