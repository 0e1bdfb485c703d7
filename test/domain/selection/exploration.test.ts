import { describe, expect, test } from 'vitest';
import { isExploring, mostPromising } from '../../../domain/selection/exploration.ts';
import type { Merits } from '../../../domain/selection/merits.ts';
import type { Wishes } from '../../../domain/selection/eligibility.ts';
import type { Severity } from '../../../domain/severity.ts';

const shareOf = (wishes: Wishes & { severity?: Severity }, isInConversation = false): number => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `reservation-${index}`);
  const request = { severity: 'medium' as const, ...wishes };
  return ids.filter((id) => isExploring(request, { id, isInConversation })).length / ids.length;
};

describe('exploration', () => {
  test.each<[string, Wishes & { severity?: Severity }]>([
    ['no model is named', {}],
    ['candidates are named', { model: 'a', candidates: ['b'] }],
    ['the work is highly important', { severity: 'high' }],
  ])('takes one request of twenty if %s', (_, wishes) => {
    expect(shareOf(wishes)).toBeGreaterThan(0.04);
    expect(shareOf(wishes)).toBeLessThan(0.06);
  });

  test.each<[string, Wishes & { severity?: Severity }]>([
    ['critical', { severity: 'critical' }],
    ['of one model', { model: 'a' }],
    ['without a downgrade', { candidates: ['b'], downgrade: false }],
  ])('takes no request that is %s', (_, wishes) => {
    expect(shareOf(wishes)).toBe(0);
  });

  test('takes none in the middle of a conversation, and decides the same for a repeat', () => {
    expect(shareOf({}, true)).toBe(0);
    expect(shareOf({})).toBe(shareOf({}));
  });

  test('tries what may turn out best', () => {
    const sure = { model: 'sure', quality: 0.8, uncertainty: 0.01 };
    const open = { model: 'open', quality: 0.7, uncertainty: 0.2 };
    const unknown: Merits & { model: string } = { model: 'unknown' };
    expect(mostPromising([sure, open, unknown])).toBe(open);
    expect(mostPromising([])).toBeUndefined();
  });
});
