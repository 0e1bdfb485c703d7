import { expect, test } from 'vitest';
import { createHandler } from '../../lambdas/health/handler.ts';
import { call } from '../support/http-event.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const DEEP = 'GET /health/deep';

function watched() {
  const state = { nowMs: 0, writes: 0, isFull: false };
  const handler = createHandler({
    now: () => state.nowMs,
    telemetry: silentTelemetry(),
    environment: 'test',
    checks: [
      { name: 'ledger', run: () => Promise.resolve() },
      {
        name: 'writes',
        run: () => {
          state.writes += 1;
          return state.isFull ? Promise.reject(new Error('no space')) : Promise.resolve();
        },
      },
    ],
  });
  return { state, ask: () => call(handler, DEEP) };
}

test('a store that answers and takes no write is not well', async () => {
  const { state, ask } = watched();
  state.isFull = true;
  const { status, json } = await ask();
  expect(status).toBe(503);
  expect(json).toMatchObject({
    status: 'unavailable',
    checks: [
      { name: 'ledger', status: 'ok' },
      { name: 'writes', status: 'unavailable' },
    ],
  });
});

test('however often anybody asks, it writes once in five seconds', async () => {
  const { state, ask } = watched();
  for (let asked = 0; asked < 20; asked += 1) expect((await ask()).status).toBe(200);
  expect(state.writes).toBe(1);
  state.isFull = true;
  state.nowMs = 5_000;
  expect((await ask()).status).toBe(503);
  expect((await ask()).status).toBe(503);
  expect(state.writes).toBe(3);
  state.isFull = false;
  expect((await ask()).status).toBe(200);
});
