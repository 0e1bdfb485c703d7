import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseUsd } from '../../domain/money.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { createGatewayClient } from '../support/gateway-client.ts';

type Job = {
  jobId: string;
  state: string;
  attempts: number;
  isInBatch?: boolean;
  costUsd?: string;
  savedUsd?: string;
  reason?: string;
  result?: { usage?: { outputTokens: number } };
};

const HOUR_MS = 3_600_000;
/** Bedrock takes no batch of fewer than 100. */
const COUNT = 105;
/** So many does a batch not reach in the day that it may take. */
const MISSED = 4;

let purser: BorrowedPurser;
let gateway: ReturnType<typeof createGatewayClient>;
beforeAll(async () => {
  purser = await borrowPurser();
  gateway = createGatewayClient(purser);
});
beforeEach(() => gateway.reset());
afterAll(() => purser?.giveBack());

const advance = (advanceMs: number) => purser.post('/_local/clock', { advanceMs });

async function submit(
  text: string,
  more: object = { waitingUsdPerHour: '0' },
  model = CLAUDE,
): Promise<string> {
  const request = { model, system: 'relaycore', userId: 'ann', maxOutputTokens: 40 };
  const { status, body } = await purser.post<{ jobId: string }>('/v1/jobs', {
    request: { ...request, prompt: text },
    ...more,
  });
  expect([status, body]).toEqual([202, expect.objectContaining({ decision: 'queue' })]);
  return body.jobId;
}

async function submitMany(word: string): Promise<string[]> {
  const ids = [];
  for (let at = 0; at < COUNT; at += 1) ids.push(await submit(`${word} ${at}.`));
  await purser.drain();
  // The batch fills for a quarter of an hour.
  await advance(16 * 60_000);
  await purser.drain();
  return ids;
}

const read = async (ids: readonly string[]): Promise<Job[]> =>
  Promise.all(ids.map(async (id) => (await purser.get<Job>(`/v1/jobs/${id}`)).body));
const statesOf = (jobs: readonly Job[]) => [...new Set(jobs.map(({ state }) => state))];

describe('calls that may wait for a batch', () => {
  it('are served together for half the price, and alone if their record is not', async () => {
    await gateway.set({
      rules: [{ when: { text: 'lake 7.' }, steps: [{ fault: { kind: 'modelError' } }, {}] }],
      jobs: { recordsPerSecond: (COUNT - MISSED) / (24 * 3_600) },
    });
    const ids = await submitMany('Name lake');
    expect((await read(ids)).every(({ isInBatch }) => isInBatch)).toBe(true);
    for (let hour = 0; hour < 26; hour += 6) await advance(6 * HOUR_MS);
    await advance(3 * 60_000);
    await advance(3 * 60_000);
    const jobs = await read(ids);
    expect(statesOf(jobs)).toEqual(['succeeded']);
    const [alone, together] = [
      jobs.filter(({ attempts }) => attempts > 1),
      jobs.filter(({ attempts }) => attempts === 1),
    ];
    // One failed, and the others were not reached in a day.
    expect(alone).toHaveLength(1 + MISSED);
    expect(alone.every(({ savedUsd }) => savedUsd === undefined)).toBe(true);
    for (const { result, costUsd, savedUsd } of together) {
      expect(result?.usage?.outputTokens).toBeGreaterThan(0);
      // Half of the price, up to the rounding of each line item.
      const [cost, saved] = [parseUsd(costUsd ?? '') ?? 0n, parseUsd(savedUsd ?? '') ?? 0n];
      expect(cost).toBeGreaterThan(0n);
      expect(Math.abs(Number(cost - saved))).toBeLessThanOrEqual(4);
    }
    const calls = await gateway.calls();
    const records = calls.filter(({ path }) => path === '/model-invocation-job');
    expect([records.length, calls.length]).toEqual([COUNT - MISSED, COUNT + 1]);
    expect(await purser.checkLedger()).toMatchObject({ violations: [] });
  }, 120_000);

  it('run alone if too few come together', async () => {
    const id = await submit('Name one mountain.');
    await purser.drain();
    expect(await read([id])).toMatchObject([{ state: 'queued' }]);
    await advance(16 * 60_000);
    await advance(60_000);
    expect(await read([id])).toMatchObject([{ state: 'succeeded', attempts: 1 }]);
    expect((await gateway.calls()).map(({ path }) => path)).toEqual([
      expect.stringContaining('/converse'),
    ]);
  });

  it('run at once if waiting costs more than the batch saves, or nobody says', async () => {
    const dear = await submit('Name one sea.', { waitingUsdPerHour: '1' });
    const silent = await submit('Name one ocean.', {});
    await purser.drain();
    expect(statesOf(await read([dear, silent]))).toEqual(['succeeded']);
  });
});

describe('a call that can wait', () => {
  const submitGpt = () => submit('Name one brook.', {}, GPT);

  /** The job once it is as it should be, at the latest after an hour of the clock. */
  async function until(id: string, isThere: (job: Job) => boolean): Promise<Job> {
    for (let minute = 0; ; minute += 2) {
      const [job] = await read([id]);
      if (!job) throw new Error(`there is no job ${id}`);
      if (isThere(job) || minute > 60) return job;
      await advance(2 * 60_000);
    }
  }

  it('asks for the flex tier where its model has one, which costs half', async () => {
    const job = await until(await submitGpt(), ({ state }) => state === 'succeeded');
    expect(job).toMatchObject({ state: 'succeeded', costUsd: expect.any(String) as string });
    expect(job.savedUsd).toBe(job.costUsd);
    expect((await gateway.lastCall())?.body).toMatchObject({ serviceTier: { type: 'flex' } });
  });

  it('asks for the usual tier after two refusals', async () => {
    await gateway.set({ rules: [{ steps: [{ fault: { kind: 'throttling' } }] }] });
    const id = await submitGpt();
    expect((await until(id, ({ attempts }) => attempts >= 2)).attempts).toBeGreaterThanOrEqual(2);
    await gateway.set({});
    const job = await until(id, ({ state }) => state === 'succeeded');
    expect([job.state, job.savedUsd]).toEqual(['succeeded', undefined]);
    expect((await gateway.lastCall())?.body).not.toHaveProperty('serviceTier');
  });
});
