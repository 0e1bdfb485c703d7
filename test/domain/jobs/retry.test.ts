import { expect, test } from 'vitest';
import { failureOfCall, retryAfter } from '../../../domain/jobs/retry.ts';

const NOW = 10_000_000;
const after = (
  kind: 'no-room' | 'outage' | 'lost' | 'refused',
  attempts = 0,
  retriesLost = false,
) => retryAfter({ attempts, retriesLost }, { kind, message: 'why' }, { nowMs: NOW, random: 1 });

test('a refusal of a budget counts no attempt', () => {
  expect(after('no-room')).toMatchObject({ kind: 'again', countsAttempt: false });
});

test('outages are tried again after pauses that grow to two hours', () => {
  const pauses = [0, 1, 2, 20, 500].map((attempts) => {
    const retry = after('outage', attempts);
    return retry.kind === 'again' && retry.countsAttempt ? retry.runAfterMs - NOW : undefined;
  });
  expect(pauses).toEqual([30_000, 60_000, 120_000, 7_200_000, 7_200_000]);
  const soonest = retryAfter(
    { attempts: 0 },
    { kind: 'outage', message: 'why' },
    { nowMs: NOW, random: 0 },
  );
  expect(soonest).toMatchObject({ runAfterMs: NOW + 15_000 });
});

test('a lost call is made again only if its job wants that', () => {
  expect(after('lost')).toMatchObject({ kind: 'failed', reason: 'why' });
  expect(after('lost', 0, true)).toMatchObject({ kind: 'again', countsAttempt: true });
});

test('a refusal of the provider ends the job', () => {
  expect(after('refused')).toMatchObject({ kind: 'failed', countsAttempt: true });
});

test.each([
  ['rate', false, 'outage'],
  ['overloaded', false, 'outage'],
  ['broken', false, 'outage'],
  ['invalid', false, 'refused'],
  ['forbidden', false, 'refused'],
  ['broken', true, 'lost'],
] as const)('a call that failed as %s (charged: %s) is %s', (kind, isCharged, expected) => {
  expect(failureOfCall(kind, 'why', isCharged).kind).toBe(expected);
});
