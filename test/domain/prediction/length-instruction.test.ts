import { describe, expect, test } from 'vitest';
import { lengthInstructionOf } from '../../../domain/prediction/length-instruction.ts';

const tokensOf = (text: string): number | undefined => lengthInstructionOf(text)?.tokens;
const senseOf = (text: string): string | undefined => lengthInstructionOf(text)?.sense;

describe('an instruction of length', () => {
  // A line is 14 tokens.
  test.each(
    Object.entries({
      'a single': 14,
      'a couple of': 28,
      'a few': 42,
      one: 14,
      two: 28,
      three: 42,
      four: 56,
      five: 70,
      six: 84,
      seven: 98,
      eight: 112,
      nine: 126,
      ten: 140,
      twelve: 168,
      '20': 280,
      '1,000': 14_000,
    }),
  )('reads %s lines as %i tokens', (number, tokens) => {
    expect(tokensOf(`Write about ${number} lines.`)).toBe(tokens);
  });

  test.each(
    Object.entries({
      words: 135,
      Wörter: 135,
      Worte: 135,
      palabras: 135,
      mots: 135,
      parole: 135,
      sentences: 2_800,
      Sätze: 2_800,
      frases: 2_800,
      phrases: 2_800,
      oraciones: 2_800,
      paragraphs: 11_000,
      Absätze: 11_000,
      párrafos: 11_000,
      paragraphes: 11_000,
      pages: 60_000,
      Seiten: 60_000,
      páginas: 60_000,
      characters: 25,
      letters: 25,
      chars: 25,
      Zeichen: 25,
      caracteres: 25,
      caractères: 25,
      tokens: 100,
      lines: 1_400,
      bullets: 3_000,
      points: 3_000,
      items: 3_000,
    }),
  )('reads 100 %s as %i tokens', (unit, tokens) => {
    expect(tokensOf(`Write about 100 ${unit}.`)).toBe(tokens);
  });

  test.each([
    ['Write one or two sentences.', 42],
    ['Write 10-20 lines.', 210],
    ['Write about 1 character.', 1],
    ['Write a 1500-word article.', 2_025],
    ['Reply in 3 short lines.', 42],
    ['Write about 0 lines.', undefined],
    ['The first two pages are missing.', undefined],
    ['Write this. It is about 5 lines.', undefined],
  ])('%s', (text, tokens) => {
    expect(tokensOf(text)).toBe(tokens);
  });

  test.each([
    ['Answer in 50 words.', 'about'],
    ['Answer in at most 50 words.', 'at-most'],
    ['Answer in 50 words or less.', 'at-most'],
    ['Fasse es in höchstens 50 Wörtern zusammen.', 'at-most'],
    ['Answer in at least 50 words.', 'at-least'],
    ['Answer in 50 words or more.', 'at-least'],
    ['Schreibe mindestens 50 Wörter.', 'at-least'],
  ])('%s is meant as %s', (text, sense) => {
    expect(senseOf(text)).toBe(sense);
  });

  test('is sought among the first twelve amounts', () => {
    const amounts = (count: number): string => 'It has 3 pages. '.repeat(count);
    expect(tokensOf(`${amounts(11)}Write about 2 lines.`)).toBe(28);
    expect(tokensOf(`${amounts(12)}Write about 2 lines.`)).toBeUndefined();
  });
});
