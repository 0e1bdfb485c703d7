import { beforeEach, expect, test } from 'vitest';
import { runBatch, type RunBatchDeps } from '../../../services/jobs/run-batch.ts';
import { runJob } from '../../../services/jobs/run-job.ts';
import { callWork } from '../../../services/jobs/new-work.ts';
import type { StoredJob } from '../../../tables/jobs/jobs.ts';
import { CLAUDE } from '../../local/bedrock/stand-in.ts';
import { openJobDesk } from '../../support/job-desk.ts';

const HOUR_MS = 3_600_000;
const desk = openJobDesk();

/** What Bedrock cannot be asked. */
let silent: 'start' | 'status' | undefined;
/** Why Bedrock does not start a batch, or ends one that it started. */
let refusal: string | undefined;
let failure: string | undefined;
let batches: RunBatchDeps['batches'];
beforeEach(() => {
  silent = undefined;
  refusal = undefined;
  failure = undefined;
  const unlessSilent = (step: 'start' | 'status'): void => {
    if (silent === step) throw new Error('Bedrock is away');
  };
  batches = {
    write: async (_, lines) => {
      for await (const line of lines) expect(line).toContain('recordId');
    },
    start: (batchId) =>
      Promise.resolve()
        .then(() => unlessSilent('start'))
        .then(() =>
          refusal === undefined
            ? { kind: 'started', jobArn: `arn:aws:bedrock:::job/${batchId}` }
            : { kind: 'refused', reason: refusal },
        ),
    status: () =>
      Promise.resolve()
        .then(() => unlessSilent('status'))
        .then(() =>
          failure === undefined
            ? { kind: 'running' }
            : { kind: 'ended', status: 'Failed', message: failure, hasOutput: false, processed: 0 },
        ),
    answers: () => {
      throw new Error('there are no answers');
    },
    manifest: () => Promise.resolve(undefined),
    clear: () => Promise.resolve(),
  };
});

const submitted = (): Promise<StoredJob> =>
  desk.submit({
    ...callWork({
      modelName: CLAUDE,
      payer: { system: 'relaycore', userId: 'ada' },
      body: { messages: [{ role: 'user', content: [{ text: 'Hello there' }] }] },
      isLimitedAsPredicted: false,
      marksPrompts: false,
    }),
    waitingNanoUsdPerHour: 0n,
  });

/** Dispatches, and takes the step of every batch that is due. */
async function turn(): Promise<void> {
  const due = (await desk.dispatch()).flatMap((message) =>
    message.kind === 'batch' ? [message] : [],
  );
  for (const message of due) {
    await runBatch({ ...desk.deps, batches, region: desk.region }, message).catch(() => undefined);
  }
}

test.each(['start', 'status'] as const)(
  'a batch whose %s nobody can learn ends five hours after its time limit, and is charged',
  async (step) => {
    silent = step;
    const job = await submitted();
    desk.nowMs += 16 * 60_000;
    for (let hour = 0; hour < 29; hour += 1) {
      await turn();
      expect(await desk.read(job)).toMatchObject({ state: 'running' });
      desk.nowMs += HOUR_MS;
    }
    await turn();
    const ended = await desk.read(job);
    expect(ended).toMatchObject({
      state: 'failed',
      reason: 'The batch ended without its answer.',
    });
    const entry = await desk.entryOf(ended);
    expect(entry).toMatchObject({ state: 'settled', chargedNanoUsd: ended.costNanoUsd });
    expect(ended.costNanoUsd).toBeGreaterThan(0n);
    expect(await desk.deps.jobs.openBatches(desk.gateway.organizationId)).toEqual([]);
  },
);

test.each(['start', 'run'] as const)(
  'a job whose batch Bedrock does not %s is released, and then runs alone',
  async (step) => {
    if (step === 'start') refusal = 'This model has no batches.';
    else failure = 'The role may not read the file.';
    const job = await submitted();
    desk.nowMs += 16 * 60_000;
    await turn();
    if (step === 'run') {
      const running = await desk.read(job);
      expect(running).toMatchObject({ state: 'running', batchId: expect.any(String) as string });
      expect(await desk.entryOf(running)).toMatchObject({ state: 'reserved' });
      desk.nowMs += 3 * 60_000;
      await turn();
      const entry = await desk.entryOf(running);
      expect(entry).toMatchObject({ state: 'voided' });
    }
    expect(await desk.deps.jobs.openBatches(desk.gateway.organizationId)).toEqual([]);
    expect(await desk.read(job)).toMatchObject({ state: 'queued', isAlone: true });
    desk.nowMs += 3 * 60_000;
    const [message] = await desk.dispatch();
    if (message?.kind !== 'run') throw new Error('the job does not run alone');
    await runJob(desk.deps, message);
    const ended = await desk.read(job);
    expect(ended).toMatchObject({ state: 'succeeded', attempts: step === 'run' ? 2 : 1 });
    expect(await desk.entryOf(ended)).toMatchObject({ chargedNanoUsd: ended.costNanoUsd });
    expect(ended.savedNanoUsd).toBeUndefined();
  },
);
