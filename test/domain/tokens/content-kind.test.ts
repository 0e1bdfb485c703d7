import { describe, expect, test } from 'vitest';
import {
  type ContentKind,
  kindOf,
  noCounts,
  type PieceCounts,
} from '../../../domain/tokens/content-kind.ts';

const kindWith = (counts: Partial<PieceCounts>): ContentKind =>
  kindOf({ ...noCounts(), units: 1_000, latinWords: 100, englishStopWords: 10, ...counts });

describe('the kind of a piece of 1000 characters', () => {
  test.each<[what: keyof PieceCounts, most: number, beyond: ContentKind, beside?: object]>([
    ['blanks', 400, 'blank'],
    ['cjk', 250, 'cjk'],
    ['otherScripts', 250, 'script'],
    ['dense', 300, 'dense'],
    ['columns', 30, 'markup'],
    ['quotes', 60, 'json', { brackets: 1 }],
    ['marks', 100, 'code'],
    ['brackets', 30, 'code'],
    ['accentedLetters', 20, 'latin'],
  ])('is english up to %s = %i, and %s beyond', (what, most, beyond, beside = {}) => {
    expect(kindWith({ ...beside, [what]: most })).toBe('english');
    expect(kindWith({ ...beside, [what]: most + 1 })).toBe(beyond);
  });

  test('is json only with a bracket', () => {
    expect(kindWith({ quotes: 61, brackets: 0 })).toBe('english');
  });

  test('is english with a stop word in ten words, and without words', () => {
    expect(kindWith({ latinWords: 101 })).toBe('latin');
    expect(kindWith({ englishStopWords: 9 })).toBe('latin');
    expect(kindWith({ latinWords: 0, englishStopWords: 0 })).toBe('english');
  });

  test('is judged by the characters that are no blanks', () => {
    expect(kindWith({ blanks: 400, cjk: 150 })).toBe('english');
    expect(kindWith({ blanks: 400, cjk: 151 })).toBe('cjk');
    expect(kindWith({ units: 1, blanks: 1, latinWords: 0 })).toBe('blank');
    expect(kindOf(noCounts())).toBe('english');
  });
});
