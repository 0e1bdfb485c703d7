import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admissionUnder } from '../../../domain/controls/admission.ts';
import type { Control } from '../../../domain/controls/control.ts';
import type { Restriction } from '../../../domain/controls/restriction.ts';
import { SEVERITIES } from '../../../domain/severity.ts';

const under = (restriction: Restriction): Control => ({
  scope: 'user',
  scopeId: 'ada',
  restriction,
  origin: 'automatic',
  actor: 'automatic',
  reason: 'test',
  appliedAtMs: 0,
  changedAtMs: 0,
});
const throttle = (tier: 1 | 2 | 3, spares?: 'high' | 'critical') =>
  under({ action: 'throttle', tier, ...(spares ? { spares } : {}) });
const kinds = (control: Control) =>
  SEVERITIES.map((severity) => {
    const admission = admissionUnder([control], severity);
    return admission.kind === 'refuse' ? 'refuse' : admission.models;
  });

describe('admission', () => {
  test('by severity from low to critical is what each restriction says', () => {
    expect(kinds(throttle(1))).toEqual(['cheaper', 'cheaper', 'cheaper', 'cheaper']);
    expect(kinds(throttle(1, 'high'))).toEqual(['cheaper', 'cheaper', 'asked', 'asked']);
    expect(kinds(throttle(2, 'critical'))).toEqual(['cheapest', 'cheapest', 'cheapest', 'asked']);
    expect(kinds(throttle(3))).toEqual(['refuse', 'refuse', 'refuse', 'asked']);
    expect(kinds(under({ action: 'disable' }))).toEqual(Array(4).fill('refuse'));
    expect(kinds(under({ action: 'shutdown' }))).toEqual(Array(4).fill('refuse'));
  });

  test('is decided by the hardest control, whatever their order', () => {
    const controls = [throttle(1), throttle(2), under({ action: 'disable' }), throttle(3)];
    fc.assert(
      fc.property(fc.shuffledSubarray(controls, { minLength: 4 }), (subset) => {
        expect(admissionUnder(subset, 'critical')).toMatchObject({
          kind: 'refuse',
          control: { restriction: { action: 'disable' } },
        });
      }),
    );
  });

  test('counts requests for every scope in tier 2 that concerns them', () => {
    const both = [throttle(2), throttle(2, 'high')];
    expect(admissionUnder(both, 'medium')).toMatchObject({ counted: both });
    expect(admissionUnder(both, 'high')).toMatchObject({ counted: [both[0]] });
    expect(admissionUnder([throttle(1)], 'low')).toMatchObject({ counted: [] });
  });
});
