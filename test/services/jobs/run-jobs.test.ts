import { beforeEach, expect, test } from 'vitest';
import type { AiRequest } from '../../../contracts/ai-request.ts';
import type { JobMessage } from '../../../contracts/job-message.ts';
import { jobRunServices } from '../../../composition/jobs.ts';
import { batchTerms } from '../../../domain/batches/batch-plan.ts';
import { callKeyOf, type Job } from '../../../domain/jobs/job.ts';
import { dispatchJobs, type DispatchDeps } from '../../../services/jobs/dispatch-jobs.ts';
import { requestFileOf, resultFileOf } from '../../../services/jobs/job-files.ts';
import { callWork } from '../../../services/jobs/new-work.ts';
import { cancelJob } from '../../../services/jobs/manage-jobs.ts';
import { runJob, setAside } from '../../../services/jobs/run-job.ts';
import { submitJob } from '../../../services/jobs/submit-job.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { createRateCardStore } from '../../../tables/rate-cards.ts';
import type { StoredJob } from '../../../tables/jobs/jobs.ts';
import { CLAUDE } from '../../local/bedrock/stand-in.ts';
import { openGatewayDesk, providerOf } from '../../support/gateway-desk.ts';

const desk = openGatewayDesk();
const files = new Map<string, string>();
const sent: JobMessage[] = [];
let deps: DispatchDeps;
let nowMs = 0;

/** Publishing fails so often before it works. */
let lostMessages = 0;

beforeEach(() => {
  files.clear();
  sent.length = 0;
  nowMs = Date.now();
  const world = { ...desk.world, now: () => nowMs };
  const place = { regions: ['us-east-1'], models: [CLAUDE], region: 'us-east-1' };
  deps = {
    ...jobRunServices(desk.db, world, place),
    telemetry: world.telemetry,
    random: () => 0.5,
    randomBytes: world.randomBytes,
    batchTerms: batchTerms(100),
    providerOf: providerOf(desk.standIn),
    files: {
      put: async (name, json) => void files.set(name, json),
      delete: async (name) => void files.delete(name),
    },
    reader: { get: async (name) => files.get(name) },
    queue: {
      publish: async (message) => {
        lostMessages -= 1;
        if (lostMessages >= 0) throw new Error('the queue is down');
        sent.push(message);
      },
    },
  };
});

const REQUEST: AiRequest = { system: 'relaycore', userId: 'ada', model: CLAUDE, inputTokens: 10 };

async function submitted(over: { retriesLost?: boolean } = {}): Promise<StoredJob> {
  const caller = {
    organizationId: desk.organizationId,
    actor: 'test',
    role: 'admin',
    nowMs,
  } as const;
  const work = callWork({
    modelName: CLAUDE,
    payer: { system: 'relaycore', userId: 'ada' },
    body: { messages: [{ role: 'user', content: [{ text: 'Hello there' }] }] },
    isLimitedAsPredicted: false,
    marksPrompts: false,
  });
  const { randomBytes } = desk.world;
  const services = { ...deps, rateCards: createRateCardStore(desk.db), randomBytes };
  const made = await submitJob(services, caller, { ...work, ...over, idempotencyKey: undefined });
  return made.job;
}

/** Dispatches, and returns the messages that start jobs. */
async function dispatched(): Promise<Extract<JobMessage, { kind: 'run' }>[]> {
  sent.length = 0;
  await dispatchJobs(deps, desk.organizationId);
  return sent.flatMap((message) => (message.kind === 'run' ? [message] : []));
}

const read = async ({ jobId }: Pick<Job, 'jobId'>): Promise<StoredJob> => {
  const job = await deps.jobs.get(desk.organizationId, jobId);
  if (!job) throw new Error('the job is gone');
  return job;
};

const calls = (): number => desk.standIn.bedrock.record.list().length;

test('a message that comes twice makes one call, and the job has its answer and cost', async () => {
  const job = await submitted();
  expect(files.get(requestFileOf(job))).toContain('Hello there');
  const [run, ...others] = await dispatched();
  expect(others).toEqual([]);
  if (!run) throw new Error('nothing was started');
  await Promise.all([runJob(deps, run), runJob(deps, run)]);
  await runJob(deps, run);
  expect(calls()).toBe(1);
  const ended = await read(job);
  expect(ended).toMatchObject({ state: 'succeeded', attempts: 1, turns: 1 });
  const entry = await deps.ledger.getReservation(String(ended.reservationId));
  expect(entry).toMatchObject({ state: 'settled', chargedNanoUsd: ended.costNanoUsd });
  expect(files.has(requestFileOf(job))).toBe(false);
  expect(files.get(resultFileOf(job))).toContain('output');
  expect(JSON.stringify(sent)).not.toContain('Hello');
});

test('a worker that died before it held money costs nothing, and the turn is repeated', async () => {
  const job = await submitted();
  const [first] = await dispatched();
  await deps.jobs.replace(await read(job), { ...(await read(job)), begunAtMs: nowMs });
  nowMs += 3_600_000;
  const [second] = await dispatched();
  expect([first?.turn, second?.turn]).toEqual([1, 2]);
  // The first message shows up after all.
  if (first) await runJob(deps, first);
  expect(calls()).toBe(0);
  if (second) await runJob(deps, second);
  expect(await read(job)).toMatchObject({ state: 'succeeded', attempts: 1, turns: 2 });
});

test.each([
  [false, { state: 'failed', attempts: 1 }],
  [true, { state: 'queued', attempts: 1 }],
])('after a worker died during its call, retryLost %s decides', async (retriesLost, expected) => {
  const job = await submitted({ retriesLost });
  await dispatched();
  const taken = await read(job);
  await deps.jobs.replace(taken, { ...taken, begunAtMs: nowMs });
  const caller = { organizationId: desk.organizationId, actor: 'test', nowMs };
  await createReservation(deps, caller, REQUEST, callKeyOf(taken));
  nowMs += 3_600_000;
  await dispatched();
  expect(await read(job)).toMatchObject(expected);
});

test('a turn whose message was lost is taken back', async () => {
  const job = await submitted();
  lostMessages = 1;
  await expect(dispatched()).rejects.toThrow('the queue is down');
  expect(await read(job)).toMatchObject({ state: 'queued', turns: 1 });
  nowMs += 120_000;
  expect((await dispatched()).map(({ turn }) => turn)).toEqual([2]);
});

test('a cancellation while a call runs keeps its cost and drops its answer', async () => {
  const job = await submitted();
  const [run] = await dispatched();
  const { put } = deps.files;
  deps.files.put = async (name, json) => {
    await put(name, json);
    const running = await read(job);
    await deps.jobs.replace(running, { ...running, cancelledAtMs: nowMs });
  };
  if (run) await runJob(deps, run);
  const ended = await read(job);
  expect(ended).toMatchObject({ state: 'cancelled', attempts: 1 });
  expect(ended.costNanoUsd).toBeGreaterThan(0n);
  expect(files.size).toBe(0);
});

test('a cancellation wins, whoever changes the job at the same time', async () => {
  const [many, outrun] = [await submitted(), await submitted()];
  const all = await Promise.all(Array.from({ length: 12 }, () => cancelJob(deps, many, nowMs)));
  expect(all.map(({ state }) => state)).toEqual(all.map(() => 'cancelled'));
  // Somebody is always faster.
  const slow = { ...deps, jobs: { ...deps.jobs, replace: async () => undefined } };
  expect(await cancelJob(slow, outrun, nowMs)).toMatchObject({ cancelledAtMs: nowMs });
  expect(await dispatched()).toEqual([]);
  expect(await read(outrun)).toMatchObject({ state: 'cancelled', cause: 'cancelled', attempts: 0 });
});

test('a job that breaks in every way is set aside with its reason, and keeps its request', async () => {
  const job = await submitted();
  const [run] = await dispatched();
  if (!run) throw new Error('nothing was started');
  files.set(requestFileOf(job), '{ "kind": "unknown" }');
  await expect(runJob(deps, run)).rejects.toThrow();
  await expect(runJob(deps, run)).rejects.toThrow();
  await setAside(deps, run, 'Purser could not run it: ZodError.');
  expect(await read(job)).toMatchObject({
    state: 'failed',
    reason: 'Purser could not run it: ZodError.',
  });
  expect(files.has(requestFileOf(job))).toBe(true);
});
