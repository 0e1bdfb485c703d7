import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../domain/jobs/job.ts';
import { createJobStore } from '../../tables/jobs/jobs.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { runScript } from '../support/run-script.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();
let made = 0;

/** Stores a job that failed ten days after its submission. */
async function failed(over: Partial<Job>): Promise<string> {
  made += 1;
  const jobId = `019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a${String(made).padStart(2, '0')}`;
  const job: Job = {
    organizationId: `org-${made % 2}`,
    jobId,
    kind: 'call',
    state: 'failed',
    userId: 'ada',
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    severity: 'low',
    expectedNanoUsd: 5n,
    amountNanoUsd: 9n,
    tokens: 10,
    submitter: { actor: 'key-1', role: 'caller' },
    submittedAtMs: NOW_MS - 10 * DAY_MS,
    deadlineMs: NOW_MS - 8 * DAY_MS,
    runAfterMs: 0,
    turns: 2,
    attempts: 1,
    requestDigest: 'digest',
    endedAtMs: NOW_MS,
    ...over,
  };
  await createJobStore(store.db).add(job, undefined);
  // As if nobody had asked for it since.
  await store.db.write({
    kind: 'delete',
    table: 'jobs',
    key: { organizationId: '#work', jobId: job.organizationId },
  });
  return jobId;
}

const jobs = (...args: string[]) =>
  runScript('jobs', [...args, '--endpoint', store.endpoint, '--prefix', store.tablePrefix]);
const read = (jobId: string) =>
  createJobStore(store.db).get(`org-${Number(jobId.slice(-2)) % 2}`, jobId);

test('an operator sees failed jobs with their reasons, and has them run again', async () => {
  const reason = 'Purser could not run it: ZodError.';
  const broken = await failed({ cause: 'broken', reason, costNanoUsd: 4n, reservationId: 'r' });
  const lost = await failed({ cause: 'lost', reason: 'Its answer is lost.' });
  const gone = await failed({ cause: 'request-gone', reason: 'Its request is gone.' });
  const done = await failed({ state: 'succeeded' });
  const listed = await jobs('--list');
  expect(listed.code).toBe(1);
  expect(listed.stdout).toContain(`FAILED ${broken} of org-1: broken, 1 attempts\n  ${reason}`);
  expect(listed.stdout).toContain('failed  2');
  for (const other of [gone, done]) expect(listed.stdout).not.toContain(other);

  const redriven = await jobs('--redrive');
  expect(redriven.stdout).toContain('queued  1\nleft    1');
  const again = await read(broken);
  expect(again).toMatchObject({ state: 'queued', turns: 2, version: 2 });
  expect(again?.reason).toContain(reason);
  expect(again?.deadlineMs).toBeGreaterThan(NOW_MS + 2 * DAY_MS - 1);
  const past = {
    cause: again?.cause,
    costNanoUsd: again?.costNanoUsd,
    endedAtMs: again?.endedAtMs,
  };
  expect(Object.values(past)).toEqual([undefined, undefined, undefined]);
  const stored = createJobStore(store.db);
  expect((await stored.pending('org-1')).map(({ jobId }) => jobId)).toEqual([broken]);
  expect([await stored.hasWork('org-1'), await stored.hasWork('org-0')]).toEqual([true, false]);

  expect((await jobs('--redrive', '--job', gone)).code).toBe(1);
  expect((await jobs('--redrive', '--reason', 'lost')).stdout).toContain('queued  1');
  expect(await read(lost)).toMatchObject({ state: 'queued' });
  expect(await jobs('--list')).toMatchObject({ code: 0, stdout: 'failed  0\n' });
});

test('it says what it does in 80 columns, and refuses what it does not understand', async () => {
  const { stdout } = await jobs('--help');
  expect(stdout).toContain('--redrive');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  for (const wrong of [[], ['--list', '--redrive'], ['--list', '--reason', 'luck']]) {
    expect((await jobs(...wrong)).code).toBe(2);
  }
});
