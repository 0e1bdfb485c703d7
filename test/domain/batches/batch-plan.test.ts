import { describe, expect, it } from 'vitest';
import {
  type Batchable,
  type BatchTerms,
  planBatches,
} from '../../../domain/batches/batch-plan.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const terms: BatchTerms = {
  fewestRecords: 3,
  mostRecords: 5,
  timeoutMs: 24 * HOUR_MS,
  expectedMs: 6 * HOUR_MS,
  fillMs: HOUR_MS,
};
const job = (jobId: string, more: Partial<Batchable> = {}): Batchable => ({
  jobId,
  model: 'claude',
  submittedAtMs: NOW_MS,
  deadlineMs: NOW_MS + 48 * HOUR_MS,
  expectedNanoUsd: 100n,
  batchNanoUsd: 50n,
  waitingNanoUsdPerHour: 0n,
  ...more,
});
const jobs = (count: number, more?: Partial<Batchable>) =>
  Array.from({ length: count }, (_, at) => job(String(at), more));
const idsOf = (list: readonly Batchable[]) => list.map(({ jobId }) => jobId);

describe('a batch', () => {
  it('is made of enough jobs of one model, and says what it saves', () => {
    const others = jobs(3, { model: 'nova' });
    const plan = planBatches([...jobs(4), ...others], NOW_MS + HOUR_MS, terms);
    expect(plan.batches.map(({ model, jobs: each }) => [model, each.length])).toEqual([
      ['claude', 4],
      ['nova', 3],
    ]);
    expect(plan.batches[0]?.savingNanoUsd).toBe(200n);
    expect([plan.gathering, plan.alone]).toEqual([[], []]);
  });

  it('fills until the first job has waited long enough, or it is full', () => {
    expect(planBatches(jobs(4), NOW_MS, terms).gathering).toHaveLength(4);
    expect(planBatches(jobs(5), NOW_MS, terms).batches).toHaveLength(1);
  });

  it('is divided evenly where there are too many', () => {
    const { batches } = planBatches(jobs(11), NOW_MS, terms);
    expect(batches.map(({ jobs: each }) => each.length)).toEqual([4, 4, 3]);
    expect(batches.flatMap(({ jobs: each }) => idsOf(each))).toEqual(idsOf(jobs(11)));
  });

  it('is waited for, but not for ever', () => {
    const patient = job('new', { submittedAtMs: NOW_MS - HOUR_MS + 1 });
    const late = job('late', { submittedAtMs: NOW_MS - HOUR_MS });
    const plan = planBatches([patient, late], NOW_MS, terms);
    expect([idsOf(plan.gathering), idsOf(plan.alone)]).toEqual([['new'], ['late']]);
  });

  it.each<[string, Partial<Batchable>]>([
    ['its model has no such price', { batchNanoUsd: undefined }],
    ['it costs as much there', { batchNanoUsd: 100n }],
    ['its deadline is near', { deadlineMs: NOW_MS + 24 * HOUR_MS - 1 }],
    // Seven hours of waiting cost 56, or exactly the 50 that are saved.
    ['waiting costs more', { waitingNanoUsdPerHour: 8n }],
    ['waiting costs as much', { waitingNanoUsdPerHour: 50n, submittedAtMs: NOW_MS - 2 * HOUR_MS }],
  ])('takes no job if %s', (_name, more) => {
    expect(idsOf(planBatches(jobs(5, more), NOW_MS, terms).alone)).toEqual(idsOf(jobs(5)));
  });
});
