import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Advising, OPERATOR, startAdvising, WARM } from '../support/advising.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';

const LIST = 'GET /v1/recommendations';
const ACCEPT = 'POST /v1/recommendations/{id}/accept';
const OUTCOME = 'GET /v1/recommendations/{id}/outcome';
const KIND = 'idle-provisioned-concurrency';
const HOUR_MS = 3_600_000;
const MIDNIGHT = NOON - 12.5 * HOUR_MS;

let advising: Advising;
let nowMs: number;
beforeEach(() => {
  nowMs = NOON;
});
beforeAll(async () => {
  advising = await startAdvising(() => nowMs);
  // Two at once in every hour of 14 days; anything outside must not count.
  for (let hour = -14 * 24; hour < 0; hour += 1) add(hour, 2, 5);
  add(-14 * 24 - 1, 5, 5);
  add(1, 5, 5);
});
afterAll(() => advising.stop());

/** Adds one hour, relative to the midnight before the test begins. */
const add = (hour: number, peakUse: number, warm: number): void =>
  advising.cloudWatch.addHour(WARM, {
    atMs: MIDNIGHT + hour * HOUR_MS,
    peakUse,
    peakUtilization: peakUse / warm,
    spillovers: 0,
  });

type Listed = { items: Record<string, unknown>[]; leftOut: { kind: string; why: string }[] };

async function list(organizationId: string, handler = advising.handler): Promise<Listed> {
  const { status, json } = await call(handler, LIST, { organizationId, query: { kind: KIND } });
  expect(status).toBe(200);
  return json as Listed;
}

describe('advice on warm functions', () => {
  test('is given at night to the operator of the deployment, with no usage of its own', async () => {
    await advising.advise();
    const { items, leftOut } = await list(OPERATOR);
    expect(leftOut).toEqual([]);
    // Two environments of 1 GiB for 720 hours, at 0.01200024 USD per GB-hour.
    expect(items).toMatchObject([
      {
        kind: KIND,
        scope: 'organization',
        scopeId: OPERATOR,
        target: `${WARM}:live`,
        savingUsdPerMonth: '17.280345600',
        confidence: { level: 'high', days: 14 },
        evidence: { provisionedNow: 5, provisionedAdvised: 3, hoursWithInvocations: 336 },
      },
    ]);
  });

  test('is not given to others, nor without an operator or a price; the answer says why', async () => {
    const why = async (organizationId: string, handler?: unknown): Promise<string | undefined> => {
      const { items, leftOut } = await list(organizationId, handler);
      expect(items).toEqual([]);
      expect(leftOut.map(({ kind }) => kind)).toEqual([KIND]);
      return leftOut[0]?.why;
    };
    expect(await why('acme')).toContain('who operates this deployment');
    const unowned = advising.functionsOf(undefined, 'us-east-1');
    expect(await why('globex', unowned.handler)).toContain('no organization is named');
    const elsewhere = advising.functionsOf('initech', 'eu-central-1');
    expect(await why('initech', elsewhere.handler)).toContain('in eu-central-1');
  });

  test('is measured by what was warm since it was accepted, in whole hours', async () => {
    const id = String((await list(OPERATOR)).items[0]?.['id']);
    const asked = { organizationId: OPERATOR, params: { id } };
    expect((await call(advising.handler, ACCEPT, asked)).status).toBe(200);
    const outcome = async () => (await call(advising.handler, OUTCOME, asked)).json;
    expect(await outcome()).toMatchObject({
      realizedSavingUsd: null,
      caveats: [expect.stringContaining('nothing can be measured yet')],
    });
    // Accepted at 12:30: five stay warm until 14:00, then three, and once eight.
    add(12, 4, 4);
    add(13, 2, 5);
    add(14, 2, 3);
    add(20, 1, 3);
    add(21, 8, 8);
    add(22, 1, 1);
    nowMs = MIDNIGHT + 22.5 * HOUR_MS;
    const measured = await outcome();
    expect(measured).toMatchObject({
      hours: { measured: 9, following: 7 },
      realizedSavingUsd: '0.168003360',
      actualUsd: '0.408008160',
      counterfactualUsd: '0.576011520',
    });
    expect(measured['expectedSavingUsdPerMonth']).toBe('17.280345600');
  });

  test('is neither given nor ended, and told to the log, where CloudWatch does not answer', async () => {
    const other = advising.functionsOf('umbrella', 'us-east-1');
    await other.advise();
    const states = async () =>
      (await list('umbrella', other.handler)).items.map(({ state }) => state);
    expect(await states()).toEqual(['open']);
    const id = String((await list('umbrella', other.handler)).items[0]?.['id']);
    await advising.cloudWatch.stop();
    await other.advise();
    expect(await states()).toEqual(['open']);
    expect(advising.telemetry.lines).toContainEqual({
      level: 'error',
      code: 'WARMTH_NOT_READ',
      facts: { error: expect.objectContaining({ code: 'ECONNREFUSED' }) },
    });
    const asked = { organizationId: 'umbrella', params: { id } };
    await call(other.handler, ACCEPT, asked);
    nowMs = NOON + 3 * HOUR_MS;
    expect((await call(other.handler, OUTCOME, asked)).json).toMatchObject({
      realizedSavingUsd: null,
      caveats: [expect.stringContaining('CloudWatch could not be read')],
    });
  });
});
