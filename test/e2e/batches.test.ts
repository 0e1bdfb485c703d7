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
const COUNT = 110;

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
  it('are served together for half the price, and each is settled as reported', async () => {
    const ids = await submitMany('Name river');
    await advance(3 * 60_000);
    const jobs = await read(ids);
    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    const calls = await gateway.calls();
    expect(calls.map(({ path }) => path)).toEqual(
      Array.from({ length: COUNT }, () => '/model-invocation-job'),
    );
    for (const { result, costUsd, savedUsd, attempts } of jobs) {
      expect(result?.usage?.outputTokens).toBeGreaterThan(0);
      // Half of the price, up to the rounding of each line item.
      const [cost, saved] = [parseUsd(costUsd ?? '') ?? 0n, parseUsd(savedUsd ?? '') ?? 0n];
      expect(cost).toBeGreaterThan(0n);
      expect(Math.abs(Number(cost - saved))).toBeLessThanOrEqual(4);
      expect(attempts).toBe(1);
    }
    expect(await purser.checkLedger()).toMatchObject({ violations: [] });
  });

  it('run alone if their record fails or was not processed', async () => {
    await gateway.set({
      rules: [{ when: { text: 'lake 7.' }, steps: [{ fault: { kind: 'modelError' } }, {}] }],
      jobs: { recordsPerSecond: 105 / (24 * 3_600) },
    });
    const ids = await submitMany('Name lake');
    expect((await read(ids)).every(({ isInBatch }) => isInBatch)).toBe(true);
    for (let hour = 0; hour < 26; hour += 2) await advance(2 * HOUR_MS);
    await advance(3 * 60_000);
    await advance(3 * 60_000);
    const jobs = await read(ids);
    expect(statesOf(jobs)).toEqual(['succeeded']);
    const alone = jobs.filter(({ attempts }) => attempts > 1);
    // One failed, and five of 110 were not reached in a day.
    expect(alone).toHaveLength(6);
    expect(alone.every(({ savedUsd }) => savedUsd === undefined)).toBe(true);
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

  it('run alone if Bedrock does not start their batch', async () => {
    await gateway.set({ jobs: { refusal: 'This model has no batches.' } });
    const ids = await submitMany('Name fjord');
    for (let minute = 0; minute < 30; minute += 3) await advance(3 * 60_000);
    const jobs = await read(ids);
    expect(statesOf(jobs)).toEqual(['succeeded']);
    expect(jobs.every(({ attempts, savedUsd }) => attempts === 1 && !savedUsd)).toBe(true);
    expect(await purser.checkLedger()).toMatchObject({ violations: [] });
  }, 120_000);

  it('come back if Bedrock refuses the whole batch', async () => {
    await gateway.set({ jobs: { failure: 'The role may not read the file.' } });
    const ids = await submitMany('Name bay');
    await advance(3 * 60_000);
    await gateway.set({ jobs: {} });
    for (let minute = 0; minute < 30; minute += 3) await advance(3 * 60_000);
    const jobs = await read(ids);
    expect(statesOf(jobs)).toEqual(['succeeded']);
    expect(jobs.every(({ attempts, savedUsd }) => attempts === 2 && !savedUsd)).toBe(true);
    expect(await purser.checkLedger()).toMatchObject({ violations: [] });
  }, 120_000);
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
