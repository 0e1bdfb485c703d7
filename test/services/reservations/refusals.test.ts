import { expect, test } from 'vitest';
import type { Control } from '../../../domain/controls/control.ts';
import { refusalOf } from '../../../services/reservations/refusals.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const HOLD_MS = 900_000;
const control: Control = {
  scope: 'user',
  scopeId: 'ada',
  restriction: { action: 'throttle', tier: 2 },
  origin: 'manual',
  actor: 'k1',
  reason: 'a loop',
  appliedAtMs: NOON,
  changedAtMs: NOON,
};

test.each([
  ['a rate, at the start of a minute', 'rate', NOON, undefined, 60_000],
  ['a rate, one millisecond later', 'rate', NOON + 1, undefined, 59_999],
  ['a rate, at the end of a minute', 'rate', NOON + 59_999, undefined, 1],
  ['a control that ends', 'control', NOON, NOON + 5_000, 5_000],
  ['a control without an end', 'control', NOON, undefined, undefined],
] as const)('%s says when to ask again', (_, because, nowMs, expiresAtMs, retryAfterMs) => {
  const barred = { kind: 'barred', control: { ...control, expiresAtMs }, because } as const;
  const refusal = refusalOf(barred, { nowMs, holdMs: HOLD_MS, severity: undefined });
  expect(refusal.retryAfterMs).toBe(retryAfterMs);
});
