import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  allocationAt,
  allocationsIn,
  changesThePast,
  type DatedAllocation,
} from '../../../domain/reporting/allocation-history.ts';

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);
const ruleFrom = (validFromMs: number): DatedAllocation => ({
  rule: 'even',
  sharedDepartments: [],
  shares: [],
  validFromMs,
});
const november = { fromMs: at('2026-11-01'), toMs: at('2026-12-01') };

test('a rule that begins in December changes nothing of November', () => {
  const before = [ruleFrom(at('2026-06-01'))];
  const after = [...before, ruleFrom(november.toMs)];
  expect(allocationsIn(november, after)).toEqual(allocationsIn(november, before));
});

test('a range is split where another rule comes into force', () => {
  const rules = [ruleFrom(at('2026-11-20')), ruleFrom(at('2026-11-10'))];
  const parts = allocationsIn(november, rules);
  expect(parts.map(({ range, allocation }) => [range.fromMs, allocation.validFromMs])).toEqual([
    [november.fromMs, 0],
    [at('2026-11-10'), at('2026-11-10')],
    [at('2026-11-20'), at('2026-11-20')],
  ]);
  expect(parts[0]?.allocation.rule).toBe('proportional');
});

test('parts lie end to end, and each has the rule in force throughout', () => {
  const hour = fc.integer({ min: 0, max: 200 }).map((hours) => hours * HOUR_MS);
  fc.assert(
    fc.property(hour, hour, fc.array(hour, { maxLength: 8 }), (one, other, starts) => {
      const range = { fromMs: Math.min(one, other), toMs: Math.max(one, other) + HOUR_MS };
      const rules = [...new Set(starts)].map(ruleFrom);
      const parts = allocationsIn(range, rules);
      expect(parts[0]?.range.fromMs).toBe(range.fromMs);
      for (const [position, part] of parts.entries()) {
        expect(part.range.toMs).toBe(parts[position + 1]?.range.fromMs ?? range.toMs);
        for (let atMs = part.range.fromMs; atMs < part.range.toMs; atMs += HOUR_MS) {
          expect(allocationAt(rules, atMs)).toEqual(part.allocation);
        }
      }
    }),
  );
});

test('only a rule that begins before the current hour changes the past', () => {
  const nowMs = at('2026-11-21T12:30:00Z');
  expect(changesThePast(at('2026-11-21T12:00:00Z'), nowMs)).toBe(false);
  expect(changesThePast(at('2026-11-21T11:00:00Z'), nowMs)).toBe(true);
});
