import { expect, it } from 'vitest';
import { measureQuota } from '../../../lab/bench/quota/measure-quota.ts';

it('a quota serves more calls the less output they reserve, and predictions cut few answers', () => {
  const rows = measureQuota({ rows: 8_000, atOnce: 1_000, perMinute: 1_000_000 });
  const [own, client, shorter, rare, bound] = rows;
  const served = rows.map((row) => row.served);
  expect(served).toEqual(served.toSorted((a, b) => a - b));
  expect([own?.cutShare, client?.cutShare]).toEqual([0, 0]);
  expect(shorter?.cutShare).toBeLessThan(0.01);
  expect(rare?.cutShare).toBeLessThan(0.01);
  expect(rare?.served).toBeGreaterThan((client?.served ?? Infinity) * 3);
  expect(bound?.cutShare).toBeLessThan(0.08);
});
