import { expect, it } from 'vitest';
import type { ApiAnswer } from '../../../bin/tools/api-client.ts';
import { replayTrace } from '../../../lab/replay/replay-trace.ts';

const answer = (status: number, body: object): ApiAnswer => ({
  status,
  body,
  latencyMs: 1,
  retries: 0,
});

const row = (rowNumber: number) => ({
  rowNumber,
  dueMs: 0,
  request: {
    system: 'relaycore' as const,
    userId: 'ada',
    departmentId: 'research',
    operation: 'chat',
    model: 'dear',
    modelFrom: 'trace' as const,
    inputTokens: 10,
  },
  outputTokens: 5,
});

it('settles again what an earlier sending of the run has settled, and nothing that was voided', async () => {
  const paths: string[] = [];
  const conflicts = ['settled', 'voided'];
  const tally = await replayTrace(
    {
      api: async ({ path }) => {
        paths.push(path);
        if (path.endsWith('/settle')) return answer(200, { settledUsd: '0.001' });
        if (path.endsWith('/r-1')) return answer(200, { model: 'dear', allocatedUsd: '0.002' });
        const type = 'https://purser.dev/problems/conflict';
        return answer(409, { type, reservationId: 'r-1', state: conflicts.shift() });
      },
      sleep: async () => {},
      now: () => 0,
    },
    [row(1), row(2)].values(),
    {
      runId: 'run',
      concurrency: 1,
      speedUp: 0,
      signal: new AbortController().signal,
      onRow: () => {},
    },
  );
  expect(paths).toEqual([
    '/v1/reservations',
    '/v1/reservations/r-1',
    '/v1/reservations/r-1/settle',
    '/v1/reservations',
  ]);
  expect(tally).toMatchObject({ settled: 1, heldNanoUsd: 2_000_000n });
  expect(Object.fromEntries(tally.failures)).toEqual({ 'reserve: 409 conflict': 1 });
});

it('compares a prediction with what was served by the model that it is of', async () => {
  const served = ['dear', 'cheap'];
  const tally = await replayTrace(
    {
      api: async ({ path }) => {
        if (path.endsWith('/settle')) return answer(200, { settledUsd: '0.001' });
        const model = served.shift();
        return answer(201, {
          reservationId: `r-${model}`,
          decision: model === 'dear' ? 'proceed' : 'downgrade',
          model,
          allocatedUsd: '0.002',
          prediction: { model: 'dear', expectedCostUsd: '0.001' },
        });
      },
      sleep: async () => {},
      now: () => 0,
    },
    [row(1), row(2)].values(),
    {
      runId: 'run',
      concurrency: 1,
      speedUp: 0,
      signal: new AbortController().signal,
      onRow: () => {},
    },
  );
  expect(tally.decisions).toMatchObject({ proceed: 1, downgrade: 1 });
  expect(tally.settled).toBe(2);
  expect(tally.costs).toEqual([{ predictedUsd: 0.001, heldUsd: 0.002, actualUsd: 0.001 }]);
});
