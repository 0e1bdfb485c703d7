import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';
import { runScript } from '../support/run-script.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const OPUS = 'anthropic.claude-opus-4-6-v1';
const PROFILE = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/team1';
const DAY_MS = 86_400_000;
const WITHIN_MS = 30_000;

let purser: LocalPurser;
beforeAll(async () => {
  purser = await startPurser();
}, 120_000);
afterAll(() => purser.stop());

type Outcome = { reservationId: string; model: string; because?: string };

const reserve = (userId: string, more: object = {}) =>
  purser.post<Outcome>('/v1/reservations', {
    system: 'relaycore',
    userId,
    model: SONNET,
    inputTokens: 1_000,
    maxOutputTokens: 500,
    ...('candidates' in more ? {} : { downgrade: false }),
    ...more,
  });

const settle = (id: string, more: object = {}) =>
  purser.post(`/v1/reservations/${id}/settle`, {
    usage: { inputTokens: 1_000, outputTokens: 500 },
    ...more,
  });

/** A request that is admitted and settled. Sonnet costs 0.0105 USD, Opus 0.0175. */
async function spend(userId: string, { times = 1, request = {}, settlement = {} } = {}) {
  for (let time = 0; time < times; time += 1) {
    const { status, body } = await reserve(userId, request);
    expect(status, JSON.stringify(body)).toBe(201);
    expect((await settle(body.reservationId, settlement)).status).toBe(200);
  }
}

const isRefused = async (userId: string, because: string, more: object = {}) =>
  expect(await reserve(userId, more)).toMatchObject({ status: 429, body: { because } });

async function done(method: string, path: string, body: object): Promise<void> {
  const { status, body: answer } = await purser.call(method, path, body);
  expect(status, `${method} ${path} ${JSON.stringify(answer)}`).toBeLessThan(300);
}

const settledOf = async (budget: string) =>
  (await purser.get<{ settledUsd: string }>(`/v1/budgets/${budget}`)).body.settledUsd;

/** What the operator does in a day, one act after another. */
const ACTS: [what: string, act: () => Promise<void>][] = [
  [
    'sets levels with a budget, and raises it once it is used up (F1, F3)',
    async () => {
      const thresholds = [{ name: 'emergency', percent: 100, action: 'shutdown' }];
      const budget = { limitUsd: '0.02', enforcement: 'observe', thresholds };
      await done('PUT', '/v1/budgets/user/f1/monthly', budget);
      await spend('f1', { times: 2 });
      const isStopped = async () => (await reserve('f1')).status;
      await expect.poll(isStopped, { timeout: WITHIN_MS }).toBe(429);
      await done('PATCH', '/v1/budgets/user/f1/monthly', { limitUsd: '1' });
      await expect.poll(isStopped, { timeout: WITHIN_MS }).toBe(201);
    },
  ],
  [
    'sets levels of an organization and of another budget, and deletes one (F2, F2b, F4)',
    async () => {
      const thresholds = [{ name: 'warning', percent: 80, action: 'alert' }];
      await done('PUT', '/v1/budgets/user/f1/daily', { limitUsd: '5', thresholds });
      await done('PUT', '/v1/budgets/organization/acme/monthly', { limitUsd: '2000', thresholds });
      await done('DELETE', '/v1/budgets/user/f1/daily', {});
    },
  ],
  [
    'changes a limit, and a zone there and back (F5, F6)',
    async () => {
      await done('PUT', '/v1/budgets/user/f5/daily', { limitUsd: '1', timeZone: 'Asia/Tokyo' });
      await spend('f5');
      await done('PUT', '/v1/budgets/user/f5/daily', { limitUsd: '0.02' });
      for (const timeZone of ['UTC', 'Asia/Tokyo']) {
        await done('PATCH', '/v1/budgets/user/f5/daily', { timeZone });
        expect(await settledOf('user/f5/daily')).toBe('0.010500000');
      }
      await isRefused('f5', 'spent');
    },
  ],
  [
    'names a model, and sees it charged when another one served (F7, F8, F12)',
    async () => {
      await done('PUT', `/v1/budgets/model/${OPUS}/daily`, { limitUsd: '0.03' });
      const card = { sameAs: OPUS, source: 'platform team' };
      await done('PUT', `/v1/rate-cards/${encodeURIComponent(PROFILE)}`, card);
      await expect
        .poll(async () => (await reserve('f7', { model: PROFILE })).body.model, {
          timeout: WITHIN_MS,
        })
        .toBe(OPUS);
      await spend('f8', { settlement: { model: OPUS } });
      expect(await settledOf(`model/${OPUS}/daily`)).toBe('0.017500000');
      await isRefused('f12', 'spent', { candidates: [OPUS], model: undefined });
    },
  ],
  [
    'serves a free model after the budget is spent (F9, F10)',
    async () => {
      const free = {
        inputUsdPerMillion: '0',
        outputUsdPerMillion: '0',
        source: 'our own machines',
      };
      await done('PUT', '/v1/rate-cards/own.llama', free);
      await done('PUT', '/v1/budgets/user/f9/daily', { limitUsd: '0.0105' });
      await spend('f9');
      await isRefused('f9', 'spent');
      await expect
        .poll(async () => (await reserve('f9', { model: 'own.llama' })).status, {
          timeout: WITHIN_MS,
        })
        .toBe(201);
    },
  ],
  [
    'raises a budget for an hour, resets it, and lets what is left go to the next day',
    async () => {
      const path = '/v1/budgets/user/more/daily';
      await done('PUT', path, { limitUsd: '0.0105', rollover: { capUsd: '1' } });
      await spend('more');
      await isRefused('more', 'spent');
      const until = new Date((await purser.now()) + DAY_MS / 24).toISOString();
      await done('POST', `${path}/overrides`, { addUsd: '0.0105', until, reason: 'a busy hour' });
      await spend('more');
      await isRefused('more', 'spent');
      await done('POST', `${path}/reset`, { reason: 'agreed' });
      await spend('more');
    },
  ],
  [
    'limits requests and tokens, a week, a prepaid amount and a session',
    async () => {
      await done('PUT', '/v1/budgets/user/counted/daily', {
        limit: { requests: 1, tokens: 5_000 },
      });
      await spend('counted');
      await isRefused('counted', 'spent');
      await done('PUT', '/v1/budgets/user/prepaid/total', { limitUsd: '0.0105' });
      await done('PUT', '/v1/budgets/user/prepaid/weekly', { limitUsd: '1' });
      await spend('prepaid');
      await isRefused('prepaid', 'spent');
      const topUp = { addUsd: '1', reason: 'paid' };
      await done('POST', '/v1/budgets/user/prepaid/total/overrides', topUp);
      await spend('prepaid');
      const budgets = { total: { limitUsd: '0.0105' } };
      await done('PUT', '/v1/defaults/organization/acme/session', { budgets, idleSeconds: 600 });
      // A new rule is in force within two seconds.
      await expect
        .poll(
          async () => {
            const sessionId = `run-${await purser.now()}`;
            await spend('agent', { request: { sessionId } });
            return (await purser.get(`/v1/budgets/session/${sessionId}/total`)).status;
          },
          { timeout: WITHIN_MS },
        )
        .toBe(200);
      const request = { sessionId: 'run-1' };
      await spend('agent', { request });
      await isRefused('agent', 'spent', request);
    },
  ],
  [
    'takes a batch under one event ID, and a cost far from the price (F11, F14)',
    async () => {
      const event = { eventId: 'job-1', at: new Date(await purser.now()).toISOString() };
      const usage = { inputTokens: 5, outputTokens: 5 };
      const sent = { ...event, system: 'batch', userId: 'f11', model: SONNET, usage };
      await done('POST', '/v1/usage', { events: [sent] });
      const again = { events: [{ ...sent, userId: 'somebody' }] };
      const { body } = await purser.post<{ rejected: object[] }>('/v1/usage', again);
      expect(body.rejected).toHaveLength(1);
      await spend('f14', { settlement: { actualCostUsd: '0' } });
    },
  ],
];

test.each(ACTS)('an operator %s', (_, act) => act(), 90_000);

test('every balance adds up afterward, also on the next day', async () => {
  const check = async (): Promise<void> => {
    await purser.drain();
    const dataDir = purser.dataDirectory;
    const { code, stdout, stderr } = await runScript('ledger:check', [], { dataDir });
    expect(code, stdout + stderr).toBe(0);
    expect(Number(/^balances +(\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(10);
  };
  await check();
  expect(await settledOf('user/f5/daily')).toBe('0.010500000');
  await purser.post('/_local/clock', { advanceMs: DAY_MS });
  await check();
  await purser.get('/v1/budgets/user/f5/daily/periods');
}, 120_000);
