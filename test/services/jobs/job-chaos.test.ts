import type { SQSRecord } from 'aws-lambda';
import { beforeEach, expect, test } from 'vitest';
import { jobRunServices } from '../../../composition/jobs.ts';
import { batchTerms } from '../../../domain/batches/batch-plan.ts';
import { callKeyOf } from '../../../domain/jobs/job.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { createHandler } from '../../../lambdas/run-jobs/handler.ts';
import { requestFileOf, resultFileOf } from '../../../services/jobs/job-files.ts';
import { callWork } from '../../../services/jobs/new-work.ts';
import { submitJob } from '../../../services/jobs/submit-job.ts';
import { closeExpired } from '../../../services/reservations/sweep-reservations.ts';
import type { StoredJob } from '../../../tables/jobs/jobs.ts';
import { createRateCardStore } from '../../../tables/rate-cards.ts';
import { CLAUDE } from '../../local/bedrock/stand-in.ts';
import { createRandom } from '../../simulation/random.ts';
import { openGatewayDesk, providerOf } from '../../support/gateway-desk.ts';
import { mortal, unreliableQueue } from '../../support/job-chaos.ts';

const desk = openGatewayDesk();
const PLACE = { regions: ['us-east-1'], models: [CLAUDE], region: 'us-east-1' };
const MINUTE_MS = 60_000;
const STEP_MS = 10 * MINUTE_MS;
const STEPS = 60;
/** Steps in which the provider is down. */
const OUTAGE = [1, 2, 3, 4, 5, 6];
/** The step before which a budget is raised. */
const RAISE = 18;
/** How a job may end. Only a call that is not made again may be lost. */
const ACCOUNTED = /^(?:poison failed broken|plain succeeded|plain failed lost \w+ false$)/;
const DEATHS = 0.35;
const MOST_STEPS = 50;
const JOBS_EACH = 16;
const files = new Map<string, string>();
let nowMs = 0;
beforeEach(() => {
  files.clear();
  // All within one day, so that one period of the budgets has everything.
  nowMs = Date.parse('2026-12-02T01:00:00Z');
});

const never = (): never => {
  throw new Error('no batch is asked for');
};

type Life = Pick<ReturnType<typeof mortal>, 'guarded' | 'storeOf' | 'callsOf'>;
const FOREVER: Life = {
  guarded: (step) => step(),
  storeOf: (db) => db,
  callsOf: (provider) => provider,
};

/** Everything that a worker has. It remembers nothing of an earlier one. */
function workerOf(life: Life, queue: ReturnType<typeof unreliableQueue>) {
  const random = createRandom(nowMs);
  const provider = providerOf(desk.standIn);
  const world = { ...desk.world, now: () => nowMs };
  return {
    ...jobRunServices(life.storeOf(desk.db), world, PLACE),
    telemetry: world.telemetry,
    random: () => random.next(),
    randomBytes: world.randomBytes,
    region: 'us-east-1',
    batchTerms: batchTerms(100),
    batches: {
      write: never,
      start: never,
      status: never,
      answers: never,
      manifest: never,
      clear: never,
    },
    providerOf: async (endpoint: Parameters<typeof provider>[0]) =>
      life.callsOf(await provider(endpoint)),
    files: {
      put: (name: string, json: string) => life.guarded(async () => void files.set(name, json)),
      delete: (name: string) => life.guarded(async () => void files.delete(name)),
    },
    reader: { get: (name: string) => life.guarded(async () => files.get(name)) },
    queue: { publish: (message: Parameters<typeof queue.publish>[0]) => queue.publish(message) },
  };
}

type Worker = ReturnType<typeof workerOf>;

async function submitted(deps: Worker, userId: string, retriesLost: boolean): Promise<StoredJob> {
  const { organizationId } = desk;
  const work = callWork({
    modelName: CLAUDE,
    payer: { system: 'relaycore', userId },
    body: {
      messages: [{ role: 'user', content: [{ text: 'Hello there' }] }],
      inferenceConfig: { maxTokens: 100 },
    },
    isLimitedAsPredicted: false,
    marksPrompts: false,
  });
  const made = await submitJob(
    { ...deps, rateCards: createRateCardStore(desk.db) },
    { organizationId, actor: 'test', role: 'admin', nowMs },
    { ...work, retriesLost, idempotencyKey: undefined },
  );
  return made.job;
}

/** Entries that a job's turns made, by its keys. */
async function entriesOf({ ledger }: Worker, job: StoredJob): Promise<Entry[]> {
  const turns = Array.from({ length: job.turns }, (_, index) => index + 1);
  const entries = await Promise.all(
    turns.map((turn) =>
      ledger.getReservationOfKey(
        job.organizationId,
        job.submitter.actor,
        callKeyOf({ jobId: job.jobId, turns: turn }),
      ),
    ),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** What the jobs of a user cost and hold. */
const moneyOf = (entries: readonly Entry[]): bigint =>
  entries.reduce(
    (sum, { state, chargedNanoUsd, amountNanoUsd }) =>
      sum + (state === 'reserved' ? amountNanoUsd : chargedNanoUsd),
    0n,
  );

test('poison, an outage of an hour, killed workers and duplicates lose no job and pass no budget', async () => {
  const random = createRandom(1);
  const queue = unreliableQueue(random, () => nowMs);
  const warm = workerOf(FOREVER, queue);
  const jobs: StoredJob[] = [];
  for (let count = 0; count < JOBS_EACH; count += 1) {
    const retriesLost = count % 3 === 0;
    for (const userId of ['ada', 'bob']) jobs.push(await submitted(warm, userId, retriesLost));
  }
  const poison = new Set(jobs.filter((_, index) => index % 7 === 3).map(({ jobId }) => jobId));
  for (const jobId of poison) files.set(requestFileOf({ jobId }), '{ "kind": "unknown" }');
  const amountNanoUsd = jobs[0]?.amountNanoUsd ?? 0n;
  const limits = { ada: amountNanoUsd * 3n, bob: amountNanoUsd * 40n };
  await desk.limit('user', 'ada', limits.ada);
  await desk.limit('user', 'bob', limits.bob);
  const read = (): Promise<StoredJob[]> =>
    Promise.all(
      jobs.map(async ({ organizationId, jobId }) => {
        const job = await warm.jobs.get(organizationId, jobId);
        if (!job) throw new Error(`job ${jobId} is gone`);
        return job;
      }),
    );
  const entriesFor = async (userId: string): Promise<Entry[]> => {
    const own = (await read()).filter((job) => job.userId === userId);
    return (await Promise.all(own.map((job) => entriesOf(warm, job)))).flat();
  };

  let deaths = 0;
  const work = async (event: { Records?: SQSRecord[] }): Promise<boolean> => {
    const life = random.chance(DEATHS) ? mortal(random, random.int(1, MOST_STEPS)) : undefined;
    const handler = createHandler({
      ...(life ? workerOf(life, queue) : warm),
      postpone: (receiptHandle, seconds) => queue.postpone(receiptHandle, seconds),
    });
    const end = await Promise.race([handler(event), ...(life ? [life.death] : [])]);
    if (end === 'died') deaths += 1;
    return end !== 'died' && end.batchItemFailures.length === 0;
  };

  const fromMs = nowMs;
  for (let step = 0; step < STEPS; step += 1) {
    nowMs = fromMs + step * STEP_MS;
    desk.standIn.set({ outages: OUTAGE.includes(step) ? [{ region: '*' }] : [] });
    if (step === RAISE) {
      expect(moneyOf(await entriesFor('ada'))).toBeLessThanOrEqual(limits.ada);
      expect((await read()).some(({ state }) => state === 'queued')).toBe(true);
      limits.ada *= 10n;
      await desk.limit('user', 'ada', limits.ada);
    }
    await work({});
    for (const message of queue.receive()) {
      if (await work({ Records: [queue.recordOf(message)] })) queue.remove(message);
    }
    if (step % 6 !== 5) continue;
    for (const entry of [...(await entriesFor('ada')), ...(await entriesFor('bob'))]) {
      if (entry.state === 'reserved') await closeExpired(warm, entry, nowMs);
    }
  }

  expect(deaths).toBeGreaterThan(5);
  const ended = await read();
  const told = ended.map(({ jobId, userId, state, cause, retriesLost }) =>
    [poison.has(jobId) ? 'poison' : 'plain', state, cause, userId, retriesLost === true].join(' '),
  );
  expect(told.filter((text) => !ACCOUNTED.test(text))).toEqual([]);
  const lost = ended.filter(({ cause }) => cause === 'lost');
  expect(lost.length).toBeGreaterThan(0);
  expect(lost.length).toBeLessThan(jobs.length / 2);
  for (const job of ended.filter(({ state }) => state === 'succeeded')) {
    const entries = await entriesOf(warm, job);
    const settled = entries.filter(({ state }) => state === 'settled');
    expect(settled.map(({ chargedNanoUsd }) => chargedNanoUsd)).toContain(job.costNanoUsd);
    expect(files.has(resultFileOf(job))).toBe(true);
  }
  const all = [...(await entriesFor('ada')), ...(await entriesFor('bob'))];
  expect(all.filter(({ state }) => state === 'reserved')).toEqual([]);
  const answered = desk.standIn.bedrock.record.list().filter(({ status }) => status === 200);
  // Each call that a provider served is paid by an entry of its own.
  expect(answered.length).toBeGreaterThan(0);
  expect(all.filter(({ chargedNanoUsd }) => chargedNanoUsd > 0n).length).toBeGreaterThanOrEqual(
    answered.length,
  );
  expect(moneyOf(await entriesFor('ada'))).toBeLessThanOrEqual(limits.ada);
  expect(moneyOf(await entriesFor('bob'))).toBeLessThanOrEqual(limits.bob);
  expect((await desk.check()).violations).toEqual([]);
}, 60_000);
