import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  expectedStartMs,
  nextJobs,
  planQueue,
  type QueueFacts,
  type Waiting,
} from '../../../domain/jobs/next-jobs.ts';
import { standing } from '../../support/standing.ts';

const NOW = 1_000;

const job = (jobId: string, userId: string, amountNanoUsd: bigint, age = 0): Waiting => ({
  jobId,
  userId,
  severity: 'medium',
  submittedAtMs: NOW - age,
  expectedNanoUsd: amountNanoUsd,
  amountNanoUsd,
  tokens: 10,
  runAfterMs: 0,
  takesSlot: true,
  scopes: [
    { scope: 'user', scopeId: userId },
    { scope: 'user', scopeId: 'all' },
  ],
});

const facts = (over: Partial<QueueFacts> = {}): QueueFacts => ({
  running: [],
  standings: [],
  controls: [],
  nowMs: NOW,
  holdMs: 900,
  slots: 100,
  ...over,
});

const started = (jobs: readonly Waiting[], over: Partial<QueueFacts>): string[] =>
  nextJobs(jobs, facts(over)).map(({ jobId }) => jobId);

describe('which jobs start', () => {
  test('those for which every budget has room, in order', () => {
    const jobs = [job('a1', 'ada', 300n, 3), job('a2', 'ada', 300n, 2), job('b1', 'bob', 300n, 1)];
    const standings = [standing('ada', 400n), standing('bob', 400n)];
    expect(started(jobs, { standings })).toEqual(['a1', 'b1']);
  });

  test('a large job is not passed by small ones of its budget, and blocks no other budget', () => {
    const jobs = [
      job('large', 'ada', 500n, 9),
      job('small', 'ada', 10n, 8),
      job('other', 'bob', 10n, 1),
    ];
    const standings = [standing('ada', 400n), standing('bob', 400n)];
    expect(started(jobs, { standings })).toEqual(['other']);
  });

  test('a job larger than its whole budget blocks nobody', () => {
    const jobs = [job('huge', 'ada', 1_001n, 9), job('small', 'ada', 10n, 8)];
    expect(started(jobs, { standings: [standing('ada', 400n)] })).toEqual(['small']);
  });

  test('of two budgets without room, the one that gets it last is blocked', () => {
    const held = standing('all', 0n, { reservedNanoUsd: 900n, lane: { holdEndsAtMs: NOW + 10 } });
    const spent = standing('ada', 0n);
    const jobs = [job('both', 'ada', 100n, 9), job('bob', 'bob', 0n, 1)];
    const [first] = planQueue(jobs, facts({ standings: [held, spent] }));
    expect(first?.turn).toMatchObject({ kind: 'short', because: 'spent', budget: spent });
    expect(first && expectedStartMs(first.turn, NOW)).toBe(spent.span.endsAtMs);
  });

  test('no more than there are workers for, and none before its pause ends', () => {
    const jobs = [job('a', 'ada', 1n, 3), job('b', 'bob', 1n, 2), job('c', 'cem', 1n, 1)];
    expect(started(jobs, { slots: 2 })).toEqual(['a', 'b']);
    const paused = { ...job('p', 'ada', 1n, 9), runAfterMs: NOW + 5 };
    const [first] = planQueue([paused], facts());
    expect(first?.turn).toEqual({ kind: 'paused', untilMs: NOW + 5 });
  });
});

test('no budget is passed, whatever waits', () => {
  const anyJob = fc.record({
    user: fc.constantFrom('ada', 'bob', 'cem'),
    amount: fc.bigInt({ min: 0n, max: 600n }),
    age: fc.integer({ min: 0, max: 900 }),
  });
  const room = fc.bigInt({ min: -100n, max: 1_000n });
  fc.assert(
    fc.property(fc.array(anyJob, { maxLength: 40 }), room, room, (records, ada, all) => {
      const jobs = records.map(({ user, amount, age }, n) => job(String(n), user, amount, age));
      const standings = [standing('ada', ada), standing('all', all)];
      const next = nextJobs(jobs, facts({ standings }));
      const sum = (of: readonly Waiting[]): bigint =>
        of.reduce((total, { amountNanoUsd }) => total + amountNanoUsd, 0n);
      const ofAda = sum(next.filter(({ userId }) => userId === 'ada'));
      expect(ofAda === 0n || ofAda <= ada).toBe(true);
      expect(sum(next) === 0n || sum(next) <= all).toBe(true);
    }),
  );
});

test('jobs that no worker runs start, however many run', () => {
  const inBatch = { ...job('batch', 'ada', 1n), takesSlot: false };
  expect(started([job('call', 'bob', 1n), inBatch], { slots: 0 })).toEqual(['batch']);
});
