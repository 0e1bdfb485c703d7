import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';
import { createOldDataFolder } from '../support/old-data.ts';
import { runScript } from '../support/run-script.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const OPUS = 'anthropic.claude-opus-4-6-v1';
const PROFILE = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/team1';
/** Two open reservations of the user eve: one for Sonnet, one for the name of a profile. */
const OPEN = {
  sonnet: '01a30e47-d714-7f55-966f-bf00d6a79e04',
  profile: '01a30e48-bda6-7a63-a76e-1d715e814457',
};
const WITHIN_MS = 30_000;

let dataDirectory: string;
let purser: LocalPurser;
beforeAll(async () => {
  dataDirectory = await createOldDataFolder();
  purser = await startPurser({ dataDirectory });
}, 120_000);
afterAll(async () => {
  await purser?.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const reserve = (userId: string, model = SONNET) =>
  purser.post<{ reservationId: string; model: string; because?: string; code?: string }>(
    '/v1/reservations',
    {
      system: 'relaycore',
      userId,
      departmentId: 'research',
      model,
      inputTokens: 1_000,
      maxOutputTokens: 500,
    },
  );

const settle = (id: string, outputTokens: number) =>
  purser.post(`/v1/reservations/${id}/settle`, { usage: { inputTokens: 1_000, outputTokens } });

const budget = async (id: string) =>
  (await purser.get<Record<string, string>>(`/v1/budgets/${id}`)).body;

const levelsOf = async (scope: string) =>
  (await purser.get<{ levels: object[] }>(`/v1/thresholds/${scope}`)).body.levels;

const money = (limitUsd: string, settledUsd: string, reservedUsd: string) => ({
  limitUsd: `${limitUsd}000000`,
  settledUsd: `${settledUsd}00000`,
  reservedUsd: `${reservedUsd}00000`,
});

test.each([
  ['organization/acme/monthly', money('2000.000', '0.7810', '0.0385')],
  ['user/ada/daily', money('5.000', '0.6370', '0.0105')],
  ['user/ada/monthly', money('50.000', '0.6370', '0.0105')],
  ['user/bob/monthly', money('40.000', '0.1020', '0.0000')],
  ['user/fay/daily', money('0.020', '0.0180', '0.0000')],
  ['user/gus/daily', money('0.020', '0.0240', '0.0000')],
  ['department/research/daily', money('30.000', '0.6820', '0.0385')],
  ['system/relaycore/monthly', money('90.000', '0.7060', '0.0385')],
  [`model/${OPUS}/daily`, money('9.000', '0.6000', '0.0000')],
])('the balance of %s is what it was', async (id, expected) => {
  expect(await budget(id)).toMatchObject(expected);
});

test('budgets keep their settings', async () => {
  expect(await budget('department/research/daily')).toMatchObject({
    timeZone: 'Asia/Tokyo',
    enforcement: 'warn',
    mode: 'escrow',
    lanes: 4,
    onExpiry: 'release',
    periodKey: '2027-01-13',
    startsAt: '2027-01-12T15:00:00.000Z',
    resetsAt: '2027-01-13T15:00:00.000Z',
  });
  expect(await budget('system/relaycore/monthly')).toMatchObject({
    timeZone: 'UTC',
    enforcement: 'observe',
    mode: 'exact',
  });
});

test('levels stay with the scope that they were set for', async () => {
  const source = 'user/ada';
  expect((await levelsOf('user/ada')).slice(-2)).toMatchObject([
    { name: 'warning', percent: 80, period: 'daily', action: 'alert', source },
    { name: 'emergency', percent: 100, period: 'daily', action: 'shutdown', source },
  ]);
  expect((await levelsOf('user/bob')).slice(-2)).toMatchObject([
    { name: 'warning', percent: 75, period: 'monthly', source: 'user/bob' },
    {
      name: 'critical',
      amountUsd: '30.000000000',
      action: 'throttle',
      tier: 2,
      spares: 'critical',
    },
  ]);
});

test('levels of an organization are its own, and its users have the built-in ones', async () => {
  const own = await levelsOf('organization/acme');
  expect(own.filter((level) => JSON.stringify(level).includes('organization/acme'))).toMatchObject([
    { name: 'critical', amountUsd: '500.000000000', period: 'daily' },
    { name: 'warning', percent: 80, period: 'monthly' },
  ]);
  const sources = (await levelsOf('user/eve')).map((level) => (level as { source: string }).source);
  expect(new Set(sources)).toEqual(new Set(['builtin']));
});

test('a spent budget refuses, and others admit', async () => {
  const refused = await reserve('fay');
  expect(refused).toMatchObject({
    status: 429,
    body: { code: 'budget_exceeded', because: 'spent' },
  });
  const admitted = await reserve('ada');
  expect(admitted.status).toBe(201);
  expect((await settle(admitted.body.reservationId, 300)).status).toBe(200);
  expect(await budget('user/ada/daily')).toMatchObject(money('5.000', '0.6445', '0.0105'));
});

test('open reservations are settled, one of them under the name of a profile', async () => {
  expect(await settle(OPEN.sonnet, 400)).toMatchObject({
    status: 200,
    body: { settledUsd: '0.009000000', releasedUsd: '0.001500000' },
  });
  expect(await settle(OPEN.profile, 200)).toMatchObject({
    status: 200,
    body: { settledUsd: '0.010000000', releasedUsd: '0.007500000' },
  });
  expect(await budget('organization/acme/monthly')).toMatchObject({ reservedUsd: '0.010500000' });
});

test('a rate card still says which model a name stands for, and budgets see it now', async () => {
  const before = Number((await budget(`model/${OPUS}/daily`))['settledUsd']);
  const { status, body } = await reserve('bob', PROFILE);
  expect(status).toBe(201);
  expect((await settle(body.reservationId, 200)).status).toBe(200);
  const after = Number((await budget(`model/${OPUS}/daily`))['settledUsd']);
  expect(after - before).toBeCloseTo(0.01, 9);
});

test('controls stay in force', async () => {
  for (const userId of ['mallory', 'gus']) {
    expect(await reserve(userId)).toMatchObject({
      status: 429,
      body: { code: 'control_in_force' },
    });
  }
});

test('a raised limit ends the shutdown that the earlier version began', async () => {
  const raised = { limitUsd: '1', enforcement: 'observe' };
  expect((await purser.put('/v1/budgets/user/gus/daily', raised)).status).toBe(200);
  await expect.poll(async () => (await reserve('gus')).status, { timeout: WITHIN_MS }).toBe(201);
});

test('every balance and the audit log pass their checks', async () => {
  await purser.drain();
  for (const command of ['ledger:check', 'audit:verify']) {
    const { code, stdout, stderr } = await runScript(command, [], { dataDir: dataDirectory });
    expect(code, stdout + stderr).toBe(0);
  }
});
