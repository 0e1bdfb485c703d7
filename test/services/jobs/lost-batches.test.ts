import { beforeEach, expect, test } from 'vitest';
import { runBatch, type RunBatchDeps } from '../../../services/jobs/run-batch.ts';
import { callWork } from '../../../services/jobs/new-work.ts';
import type { StoredJob } from '../../../tables/jobs/jobs.ts';
import { CLAUDE } from '../../local/bedrock/stand-in.ts';
import { openJobDesk } from '../../support/job-desk.ts';

const HOUR_MS = 3_600_000;
const desk = openJobDesk();

/** What Bedrock cannot be asked. */
let silent: 'start' | 'status';
let batches: RunBatchDeps['batches'];
beforeEach(() => {
  const unlessSilent = (step: typeof silent): void => {
    if (silent === step) throw new Error('Bedrock is away');
  };
  batches = {
    write: async (_, lines) => {
      for await (const line of lines) expect(line).toContain('recordId');
    },
    start: (batchId) =>
      Promise.resolve()
        .then(() => unlessSilent('start'))
        .then(() => ({ kind: 'started', jobArn: `arn:aws:bedrock:::job/${batchId}` })),
    status: () =>
      Promise.resolve()
        .then(() => unlessSilent('status'))
        .then(() => ({ kind: 'running' })),
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
