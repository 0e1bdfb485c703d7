import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../../domain/jobs/job.ts';
import { AGING_MS, type Ordered, orderOf, positionOf } from '../../../domain/jobs/order.ts';
import { type Severity, SEVERITIES } from '../../../domain/severity.ts';

const NOW = 1_000 * HOUR_MS;

const job = (jobId: string, facts: Partial<Ordered> = {}): Ordered => ({
  jobId,
  userId: 'ada',
  severity: 'medium',
  submittedAtMs: NOW,
  expectedNanoUsd: 100n,
  ...facts,
});

const idsOf = (jobs: readonly Ordered[]): string[] => jobs.map(({ jobId }) => jobId);

describe('the order of the queue', () => {
  test('puts higher severities first, and the older of equals', () => {
    const jobs = [
      job('low', { severity: 'low' }),
      job('new'),
      job('old', { submittedAtMs: NOW - 1 }),
      job('critical', { severity: 'critical' }),
    ];
    expect(idsOf(orderOf(jobs, [], NOW))).toEqual(['critical', 'old', 'new', 'low']);
    expect(positionOf(orderOf(jobs, [], NOW), 'new')).toBe(3);
  });

  test('alternates between users by money, so one who sends much does not keep others out', () => {
    const jobs = [
      ...['a1', 'a2', 'a3'].map((id, n) => job(id, { submittedAtMs: NOW - 100 + n })),
      job('b1', { userId: 'bob', submittedAtMs: NOW - 10, expectedNanoUsd: 200n }),
      job('b2', { userId: 'bob', submittedAtMs: NOW - 9 }),
    ];
    expect(idsOf(orderOf(jobs, [], NOW))).toEqual(['a1', 'b1', 'a2', 'a3', 'b2']);
  });

  test('counts what runs as served', () => {
    const jobs = [job('a', { submittedAtMs: NOW - 100 }), job('b', { userId: 'bob' })];
    expect(idsOf(orderOf(jobs, [], NOW))).toEqual(['a', 'b']);
    expect(idsOf(orderOf(jobs, [job('runs')], NOW))).toEqual(['b', 'a']);
  });

  test('is fair between departments before it is fair between their users', () => {
    const of = (departmentId: string, userId: string) => ({ departmentId, userId });
    const jobs = [
      job('r1', { ...of('research', 'ada'), submittedAtMs: NOW - 5 }),
      job('r2', { ...of('research', 'bob'), submittedAtMs: NOW - 4 }),
      job('r3', { ...of('research', 'cem'), submittedAtMs: NOW - 3 }),
      job('s1', { ...of('sales', 'dan'), submittedAtMs: NOW - 2 }),
      job('s2', { ...of('sales', 'dan'), submittedAtMs: NOW - 1 }),
    ];
    expect(idsOf(orderOf(jobs, [], NOW))).toEqual(['r1', 's1', 'r2', 's2', 'r3']);
  });

  test('raises what waits by one severity every four hours, so low does not starve', () => {
    const low = job('low', { severity: 'low', submittedAtMs: NOW - 3 * AGING_MS });
    const fresh = ['x', 'y', 'z'].map((id) => job(id, { severity: 'critical', userId: id }));
    expect(idsOf(orderOf([...fresh, low], [], NOW))[0]).toBe('low');
    const almost = { ...low, submittedAtMs: low.submittedAtMs + 1 };
    expect(idsOf(orderOf([...fresh, almost], [], NOW))[3]).toBe('low');
  });
});

const anyJob = fc.record({
  userId: fc.constantFrom('ada', 'bob', 'cem'),
  departmentId: fc.constantFrom('research', 'sales', undefined),
  severity: fc.constantFrom(...SEVERITIES),
  age: fc.integer({ min: 0, max: 20 * HOUR_MS }),
  expectedNanoUsd: fc.bigInt({ min: 1n, max: 1_000n }),
});
type AnyJob = Omit<Ordered, 'jobId' | 'submittedAtMs'> & { age: number };
const jobsOf = (records: readonly AnyJob[]): Ordered[] =>
  records.map(({ age, ...facts }, index) =>
    job(String(index), { ...facts, submittedAtMs: NOW - age }),
  );

test('every job keeps exactly one place', () => {
  fc.assert(
    fc.property(fc.array(anyJob, { maxLength: 40 }), (records) => {
      const jobs = jobsOf(records);
      expect(idsOf(orderOf(jobs, [], NOW)).toSorted()).toEqual(idsOf(jobs).toSorted());
    }),
  );
});

/** What each user has in a prefix of the order. */
function servedIn(prefix: readonly Ordered[]): Map<string, bigint> {
  const served = new Map<string, bigint>();
  for (const { userId, expectedNanoUsd } of prefix) {
    served.set(userId, (served.get(userId) ?? 0n) + expectedNanoUsd);
  }
  return served;
}

test('at any point, users of equal jobs who still wait differ by one largest job at most', () => {
  const costs = fc.array(fc.bigInt({ min: 1n, max: 1_000n }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(costs, costs, (ada, bob) => {
      const of = (userId: string, amounts: bigint[]): Ordered[] =>
        amounts.map((expectedNanoUsd, n) => job(`${userId}${n}`, { userId, expectedNanoUsd }));
      const ordered = orderOf([...of('ada', ada), ...of('bob', bob)], [], NOW);
      const largest = [...ada, ...bob].reduce((most, each) => (each > most ? each : most));
      for (let place = 1; place < ordered.length; place += 1) {
        const waiting = new Set(ordered.slice(place).map(({ userId }) => userId));
        if (waiting.size < 2) break;
        const served = servedIn(ordered.slice(0, place));
        const gap = (served.get('ada') ?? 0n) - (served.get('bob') ?? 0n);
        expect(gap < 0n ? -gap : gap).toBeLessThanOrEqual(largest);
      }
    }),
  );
});

test('a job of low severity starts in the end, however much of higher severity arrives', () => {
  const severities: readonly Severity[] = ['critical', 'high'];
  const low = job('low', { severity: 'low', userId: 'zoe', submittedAtMs: NOW });
  let waiting: Ordered[] = [low];
  for (let hour = 0; hour <= 24; hour += 1) {
    const nowMs = NOW + hour * HOUR_MS;
    const arrived = [0, 1, 2].map((n) =>
      job(`${hour}-${n}`, {
        userId: `user-${hour}-${n}`,
        severity: severities[n % 2] ?? 'high',
        submittedAtMs: nowMs,
      }),
    );
    const [started, ...others] = orderOf([...waiting, ...arrived], [], nowMs);
    if (started === low) {
      expect(hour).toBeLessThanOrEqual(13);
      return;
    }
    // A flood that only grows: one job an hour starts, three arrive.
    waiting = others;
  }
  throw new Error('the job starved');
});
