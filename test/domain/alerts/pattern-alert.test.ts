import { expect, test } from 'vitest';
import { patternAlertOf } from '../../../domain/alerts/pattern-alert.ts';
import type { NamedPattern } from '../../../domain/patterns/pattern-history.ts';

const NOW = Date.parse('2026-11-21T00:05:00Z');
const subject = { organizationId: 'acme', scope: 'department', scopeId: 'research' } as const;
const steady: NamedPattern = {
  pattern: 'steady',
  since: '2026-08-01',
  reason: 'first',
  weeklyChangePercent: 0.2,
};
const growing: NamedPattern = {
  pattern: 'growing',
  since: '2026-11-20',
  reason: 'lasting',
  weeklyChangePercent: 7.6,
  evidence: { pattern: 'growing', size: 0.21, strength: 0.6, byChance: 1e-5 },
};

test('the alert for another pattern says what is now, what was, and why', () => {
  const alert = patternAlertOf(subject, { before: steady, after: growing }, NOW);
  expect(alert).toMatchObject({
    kind: 'pattern_changed',
    severity: 'warning',
    ...subject,
    dedupKey: 'pattern#acme#department#research#2026-11-20',
    subject: 'Notice: the spend of department research is now growing, it was steady',
    attributes: {
      event: 'pattern_changed',
      pattern: 'growing',
      since: '2026-11-20',
      before: 'steady',
      beforeSince: '2026-08-01',
      reason: 'lasting',
    },
  });
  expect(alert.body.split('\n')).toEqual([
    'The spend of department research of acme follows another pattern.',
    'Purser restricted nothing.',
    '',
    'Now:       growing, since 2026-11-20. It rises from week to week.',
    'Before:    steady, since 2026-08-01',
    'Evidence:  8 % a week, the same for five weeks',
    '',
    'What to do',
    '- Nothing, if you expected this.',
    '- See the evidence and earlier patterns: GET /v1/patterns.',
    '- See what the next days will cost: GET /v1/forecasts.',
  ]);
});

test('its evidence is the one of the new pattern', () => {
  const textOf = (after: NamedPattern): string =>
    patternAlertOf(subject, { before: growing, after }, NOW).body.split('\n')[5] ?? '';
  const evidence = { pattern: 'seasonal', size: 0.42, strength: 0.9, byChance: 0 } as const;
  expect(textOf({ ...growing, pattern: 'seasonal', reason: 'clear', evidence })).toBe(
    'Evidence:  days differ by 42 % because of it, clear in this week',
  );
  expect(textOf({ ...steady, reason: 'lasting' })).toBe(
    'Evidence:  no other pattern stands out, the same for five weeks',
  );
});
