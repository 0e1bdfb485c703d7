import { beforeEach, describe, expect, test } from 'vitest';
import { jobRunServices } from '../../../composition/jobs.ts';
import { batchTerms } from '../../../domain/batches/batch-plan.ts';
import type { JobMessage } from '../../../contracts/job-message.ts';
import { dispatchJobs, type DispatchDeps } from '../../../services/jobs/dispatch-jobs.ts';
import { resultFileOf } from '../../../services/jobs/job-files.ts';
import { callWork } from '../../../services/jobs/new-work.ts';
import { runJob } from '../../../services/jobs/run-job.ts';
import { submitJob } from '../../../services/jobs/submit-job.ts';
import { createOrganizationSettingsStore } from '../../../tables/organization-settings.ts';
import { createRateCardStore } from '../../../tables/rate-cards.ts';
import type { StoredJob } from '../../../tables/jobs/jobs.ts';
import { CLAUDE } from '../../local/bedrock/stand-in.ts';
import { openGatewayDesk, providerOf } from '../../support/gateway-desk.ts';

const desk = openGatewayDesk();
const files = new Map<string, string>();
const sent: JobMessage[] = [];
let deps: DispatchDeps;
/** How often keeping an answer fails before it works. */
let lostFiles = 0;

beforeEach(() => {
  files.clear();
  lostFiles = 0;
  const place = { regions: ['us-east-1'], models: [CLAUDE], region: 'us-east-1' };
  deps = {
    ...jobRunServices(desk.db, desk.world, place),
    random: () => 0.5,
    randomBytes: desk.world.randomBytes,
    batchTerms: batchTerms(100),
    providerOf: providerOf(desk.standIn),
    files: {
      put: async (name, json) => {
        if (name.includes('result') && lostFiles-- > 0) throw new Error('the bucket is down');
        files.set(name, json);
      },
      delete: async (name) => void files.delete(name),
    },
    reader: { get: async (name) => files.get(name) },
    queue: { publish: async (message) => void sent.push(message) },
  };
});

type Wishes = Partial<Parameters<typeof callWork>[0]>;

async function submitted(wishes: Wishes = {}, text = 'Hello there'): Promise<StoredJob> {
  const { organizationId } = desk;
  const caller = { organizationId, actor: 'test', role: 'admin', nowMs: Date.now() } as const;
  const work = callWork({
    modelName: CLAUDE,
    payer: { system: 'relaycore', userId: 'ada' },
    body: {
      messages: [{ role: 'user', content: [{ text }] }],
      inferenceConfig: { temperature: 0 },
    },
    isLimitedAsPredicted: false,
    marksPrompts: false,
    ...wishes,
  });
  const services = { ...deps, rateCards: createRateCardStore(desk.db) };
  return (await submitJob(services, caller, { ...work, idempotencyKey: undefined })).job;
}

/** Starts what waits. */
async function started(): Promise<Extract<JobMessage, { kind: 'run' }>[]> {
  sent.length = 0;
  await dispatchJobs(deps, desk.organizationId);
  return sent.flatMap((message) => (message.kind === 'run' ? [message] : []));
}

async function run(): Promise<void> {
  for (const message of await started()) await runJob(deps, message);
}

const read = async ({ jobId }: StoredJob) => deps.jobs.get(desk.organizationId, jobId);
const calls = (): number => desk.standIn.bedrock.record.list().length;
const CACHED = { lifeSeconds: 60, takesTools: false, takesDefaultTemperature: true };

describe('the call of a job', () => {
  test('is answered from the cache, for nothing, if it asks for that', async () => {
    const first = await submitted({ cache: CACHED });
    await run();
    const second = await submitted({ cache: CACHED });
    await run();
    expect(calls()).toBe(1);
    expect(await read(second)).toMatchObject({ state: 'succeeded', costNanoUsd: 0n });
    expect((await read(second))?.reservationId).toBeUndefined();
    expect(files.get(resultFileOf(second))).toBe(files.get(resultFileOf(first)));
    expect(await desk.check()).toMatchObject({ violations: [] });
  });

  test('is answered from the cache where its route is, and not if it refuses that', async () => {
    const settings = createOrganizationSettingsStore(desk.db);
    await desk.db.write((await settings.caching.replacement(desk.organizationId, ROUTES)).write);
    for (let time = 0; time < 2; time += 1) {
      await submitted();
      await run();
    }
    expect(calls()).toBe(1);
    await submitted({ cache: 'off' });
    await run();
    expect(calls()).toBe(2);
  });

  test('that the cache answered is booked once, also if its worker dies after that', async () => {
    await submitted({ cache: CACHED });
    await run();
    const second = await submitted({ cache: CACHED });
    const [message] = await started();
    if (!message) throw new Error('nothing was started');
    lostFiles = 1;
    await expect(runJob(deps, message)).rejects.toThrow('the bucket is down');
    await runJob(deps, message);
    expect(await read(second)).toMatchObject({ state: 'succeeded', costNanoUsd: 0n });
    expect(calls()).toBe(1);
  });

  test('is sent with a shorter prompt, if it asks for that', async () => {
    const wordy = 'Which rooms see the sea?     \n\n\n\n\nTell the guests.     ';
    await submitted({ shortening: { isOptimized: true } }, wordy);
    await run();
    expect(JSON.stringify(desk.standIn.lastCall()?.body)).toContain(
      JSON.stringify('Which rooms see the sea?\n\nTell the guests.'),
    );
    await submitted({}, wordy);
    await run();
    expect(JSON.stringify(desk.standIn.lastCall()?.body)).toContain(JSON.stringify(wordy));
  });
});

const ROUTES = {
  routes: [
    {
      system: 'relaycore',
      lifeSeconds: 60,
      operation: undefined,
      takesDefaultTemperature: undefined,
    },
  ],
};
