import { describe, expect, test } from 'vitest';
import { aiRequest, CARD, eventOf, openModelDesk } from '../support/model-desk.ts';

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

  test('is predicted as it is held, and reported as it was settled', async () => {
    await desk.ok(CARD, { params: { model: TUNER }, body: { units } });
    const estimate = { trainedTokens: 1_000_000, gpuSeconds: 1_000, storedModelMonths: 1 };
    const job = { model: TUNER, inputTokens: 0, maxOutputTokens: 1, units: estimate };
    const predicted = await desk.ok('POST /v1/predictions', { body: aiRequest(job) });
    expect(predicted.json).toMatchObject({
      expectedCostUsd: '11.950000000',
      upperBoundUsd: '11.950000000',
    });
    const reserved = await reserveJob(estimate);
    expect(reserved.json['allocatedUsd']).toBe('11.950000000');
    const used = { trainedTokens: 900_000, gpuSeconds: 800, storedModelMonths: 1, toolCalls: 5 };
    const usage = { inputTokens: 0, outputTokens: 0, ...used };
    const settled = await desk.settle(reserved, { usage });
    // 7.20 + 1.60 + 1.95 + 0.05
    expect(settled.json['settledUsd']).toBe('10.800000000');
    expect(await desk.stateOf(reserved)).toMatchObject({ usage: used });
    await desk.aggregate(reserved);

    const records = await desk.ok('GET /v1/usage', {});
    expect(records.json['items']).toMatchObject([
      { model: TUNER, costUsd: '10.800000000', expectedCostUsd: '11.950000000', usage: used },
    ]);
    const report = await desk.ok('GET /v1/reports/costs', { query: { groupBy: 'model' } });
    expect(report.json).toMatchObject({
      totalUsd: '10.800000000',
      groups: [{ key: TUNER, costUsd: '10.800000000', requests: 1, reservedUsd: '11.950000000' }],
    });
    const csv = await desk.ok('GET /v1/reports/costs', {
      query: { groupBy: 'model', format: 'csv' },
    });
    expect(csv.text).toMatch(/neuroweaver\.tuner.*10\.800000000/);
    const current = await desk.ok('GET /v1/costs/current', {});
    expect(JSON.stringify(current.json)).toContain('10.800000000');
  });

  test('is recorded without a reservation, too, and every unit has its own price', async () => {
    const names = ['trainedTokens', 'gpuSeconds', 'storedModelMonths', 'modelUnitHours'] as const;
    const body = { units: { ...units, modelUnitHours: '21.18' } };
    await desk.ok(CARD, {
      params: { model: TUNER },
      body: { ...body, effectiveFrom: '2026-01-01T00:00:00Z' },
    });
    await desk.setBudget('user', 'ada', '1000');
    const counts = { trainedTokens: 500_000, gpuSeconds: 60, storedModelMonths: 2 };
    const usage = { inputTokens: 0, outputTokens: 0, ...counts, modelUnitHours: 3 };
    const sent = await desk.send(eventOf({ model: TUNER, usage }));
    expect(sent.json).toMatchObject({ accepted: 1, rejected: [] });
    expect(names.every((name) => usage[name] > 0)).toBe(true);
    // 4 + 0.12 + 3.90 + 63.54
    expect((await desk.budgetOf('user', 'ada'))['settledUsd']).toBe('71.560000000');
  });
});
