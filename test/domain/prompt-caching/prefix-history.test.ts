import { describe, expect, it } from 'vitest';
import {
  type CacheTerms,
  createPrefixHistory,
  type PromptPrefixes,
} from '../../../domain/prompt-caching/prefix-history.ts';
import { costOfUse, createProviderCache } from '../../../lab/bench/prompt-cache/provider-cache.ts';
import { generatedWorkloads } from '../../../lab/bench/prompt-cache/workloads.ts';

const MINUTE_MS = 60_000;
const terms: CacheTerms = {
  leastTokens: 1_024,
  lives: ['5m', '1h'],
  readPrice: 0.1,
  writePrice: { '5m': 1.25, '1h': 2 },
};

/** A prompt of one turn after instructions that all share. */
const lone = (key: string, stableTokens = 3_000): PromptPrefixes => ({
  stable: { key: 'instructions', tokens: stableTokens },
  turns: [{ key, tokens: stableTokens + 300 }],
});

/** The marks of prompts at equal pauses. */
function marksEvery(pauseMs: number, count: number, promptOf = lone) {
  const history = createPrefixHistory({ most: 100 });
  return Array.from({ length: count }, (_, at) =>
    history.marksFor(promptOf(String(at)), at * pauseMs, terms),
  );
}

describe('instructions that prompts share', () => {
  it.each([
    ['seconds', 10_000, [{ at: 'stable', life: '5m' }]],
    ['eight minutes', 8 * MINUTE_MS, [{ at: 'stable', life: '1h' }]],
    ['two hours', 120 * MINUTE_MS, []],
  ])('are kept as long as pauses of %s need', (_name, pauseMs, marks) => {
    expect(marksEvery(pauseMs, 30).at(-1)).toEqual(marks);
  });

  it('are left alone if they are shorter than the model caches', () => {
    expect(marksEvery(1_000, 30, (key) => lone(key, 500)).at(-1)).toEqual([]);
  });

  it('are given up when the pauses grow', () => {
    const history = createPrefixHistory({ most: 100 });
    let atMs = 0;
    for (let at = 0; at < 30; at += 1) {
      atMs += 10_000;
      history.marksFor(lone(String(at)), atMs, terms);
    }
    const later = Array.from({ length: 300 }, (_, at) => {
      atMs += 120 * MINUTE_MS;
      return history.marksFor(lone(`later ${at}`), atMs, terms);
    });
    expect(later.at(-1)).toEqual([]);
  });
});

it('keeps a conversation to its last turn, and reads what is kept', () => {
  const history = createPrefixHistory({ most: 1_000 });
  const turns: { key: string; tokens: number }[] = [];
  let marks: ReturnType<typeof history.marksFor> = [];
  for (let turn = 0; turn < 12; turn += 1) {
    turns.push({ key: `turn ${turn}`, tokens: 5_000 + turn * 1_000 });
    marks = history.marksFor({ stable: undefined, turns: [...turns] }, turn * 20_000, terms);
  }
  expect(marks).toEqual([
    { at: 10, life: '5m' },
    { at: 11, life: '5m' },
  ]);
});

it('never keeps what comes later longer than what comes before', () => {
  for (const { prompts } of generatedWorkloads(7, 1)) {
    const history = createPrefixHistory({ most: 5_000 });
    for (const { atMs, prompt } of prompts) {
      const lives = history.marksFor(prompt, atMs, terms).map(({ life }) => life);
      expect(lives.length).toBeLessThanOrEqual(3);
      expect(lives.join(' ')).not.toContain('5m 1h');
    }
  }
});

it('costs no more than never or always, give or take what it takes to learn', () => {
  for (const { name, prompts } of generatedWorkloads(11, 2)) {
    const history = createPrefixHistory({ most: 5_000 });
    const costOf = (marksOf: (prompt: PromptPrefixes, atMs: number) => readonly object[]) => {
      const cache = createProviderCache(terms);
      return prompts.reduce((sum, { atMs, prompt }) => {
        const marks = marksOf(prompt, atMs) as Parameters<typeof cache>[1];
        return sum + costOfUse(cache(prompt, marks, atMs), terms);
      }, 0);
    };
    const always = (life: string) => (prompt: PromptPrefixes) => [
      { at: 'stable', life },
      { at: prompt.turns.length - 1, life },
    ];
    const own = costOf((prompt, atMs) => history.marksFor(prompt, atMs, terms));
    const best = Math.min(
      costOf(() => []),
      costOf(always('5m')),
      costOf(always('1h')),
    );
    expect(own / best, name).toBeLessThan(1.1);
  }
});

it('remembers no more prefixes than it may', () => {
  const history = createPrefixHistory({ most: 10 });
  for (let at = 0; at < 50; at += 1) history.marksFor(lone(String(at)), at * 1_000, terms);
  // The instructions were used last, so they are still known.
  expect(history.marksFor(lone('again'), 51_000, terms)).toEqual([{ at: 'stable', life: '5m' }]);
});
