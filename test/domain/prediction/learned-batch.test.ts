import { expect, it } from 'vitest';
import { ALWAYS_LEARNED, isLearned } from '../../../domain/prediction/learned-batch.ts';

/** IDs of postings whose last characters are spread evenly. */
const ids = Array.from({ length: 256 }, (_, at) => {
  const end = (at * 256).toString(16).padStart(4, '0');
  return `019aa5c3-7a10-7cc4-9b1e-00000000${end}.2`;
});

const learned = (postings: number) => ids.filter((id) => isLearned(postings, id)).length;

it('learns every small batch, and a share of large ones', () => {
  expect(learned(1)).toBe(256);
  expect(learned(ALWAYS_LEARNED)).toBe(256);
  expect(learned(4 * ALWAYS_LEARNED)).toBe(64);
  expect(learned(16 * ALWAYS_LEARNED)).toBe(16);
});

it('treats a batch the same when it is delivered again', () => {
  for (const id of ids) expect(isLearned(500, id)).toBe(isLearned(500, id));
});

it('learns a batch whose first posting has no such ID', () => {
  expect(isLearned(500, 'event of a provider')).toBe(true);
});
