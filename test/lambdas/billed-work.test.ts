import { describe, expect, test } from 'vitest';
import { CARD, openModelDesk } from '../support/model-desk.ts';

const TUNER = 'neuroweaver.tuner';
const units = {
  trainedTokens: '8',
  gpuSeconds: '0.002',
  storedModelMonths: '1.95',
  toolCalls: '0.01',
};

const desk = openModelDesk();

const reserveJob = (job: object) =>
  desk.reserve({ model: TUNER, inputTokens: 0, maxOutputTokens: 1, units: job });

describe('work that is billed by units', () => {
  test('is held by its estimate, settled by what it used, and charged to the budget', async () => {
    await desk.ok(CARD, { params: { model: TUNER }, body: { units } });
    await desk.setBudget('user', 'ada', '20');
    const reserved = await reserveJob({ trainedTokens: 1_000_000, gpuSeconds: 1_000 });
    expect(reserved.status, reserved.text).toBe(201);
    expect((await desk.budgetOf('user', 'ada'))['reservedUsd']).toBe('10.000000000');
    const usage = { inputTokens: 0, outputTokens: 0, trainedTokens: 900_000, gpuSeconds: 800 };
    await desk.settle(reserved, { usage });
    expect(await desk.budgetOf('user', 'ada')).toMatchObject({
      settledUsd: '8.800000000',
      reservedUsd: '0.000000000',
    });
  });

  test('is refused by the name of a unit that the card does not price, never free', async () => {
    await desk.ok(CARD, { params: { model: TUNER }, body: { units } });
    const refused = await reserveJob({ modelUnitHours: 2 });
    expect(refused.status, refused.text).toBe(422);
    expect(refused.json['errors']).toMatchObject([
      { field: 'units.modelUnitHours', message: expect.stringContaining('PUT /v1/rate-cards/') },
    ]);
  });

  test('is refused by the budget when its estimate does not fit', async () => {
    await desk.ok(CARD, { params: { model: TUNER }, body: { units } });
    await desk.setBudget('user', 'ada', '5');
    expect((await reserveJob({ trainedTokens: 1_000_000 })).status).toBe(429);
  });
});
