import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { MODEL } from '../support/reserving.ts';

const RESERVE = 'POST /v1/reservations';
const CONTROLS = 'POST /v1/controls';

let store: EmbeddedStore;
let deployed: Deployed;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store);
});
afterAll(async () => {
  await deployed.close();
  await store.close();
});

type Asked = Parameters<typeof call>[2];

const ask = async (routeKey: string, asked: Asked): Promise<Answer> =>
  call(await deployed.handlerOf(routeKey), routeKey, asked);

async function ok(routeKey: string, asked: Asked): Promise<Answer> {
  const answer = await ask(routeKey, asked);
  expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

const requestBy = (userId: string, over: object = {}) => ({
  system: 'relaycore',
  userId,
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 100,
  ...over,
});

describe('severity above the ceiling of a key', () => {
  test('is lowered, and every answer says so', async () => {
    const organizationId = 'severe';
    const control = {
      scope: 'user',
      scopeId: 'ada',
      action: 'throttle',
      tier: 3,
      reason: 'a test',
    };
    await ok(CONTROLS, { organizationId, body: control });
    const body = requestBy('ada', { severity: 'critical' });
    const passing = await ok(RESERVE, { organizationId, body });
    expect(passing.headers).not.toHaveProperty('x-purser-severity');
    const limits = { severityCeiling: 'high' } as const;
    const barred = await ask(RESERVE, { organizationId, limits, body });
    expect(barred.status).toBe(429);
    expect(barred.json).toMatchObject({ code: 'control_in_force', severity: 'high' });
    expect(barred.headers).toMatchObject({ 'x-purser-severity': 'high' });
    const other = await ok(RESERVE, {
      organizationId,
      limits,
      body: requestBy('grace', { severity: 'critical' }),
    });
    expect(other.json).toMatchObject({ severity: 'high' });
    expect(other.headers).toMatchObject({ 'x-purser-severity': 'high' });
  });

  test('is what a key below the default gets', async () => {
    const asked = { organizationId: 'low', limits: { severityCeiling: 'low' } } as const;
    const { json } = await ok(RESERVE, { ...asked, body: requestBy('ada') });
    expect(json).toMatchObject({ severity: 'low' });
  });
});
