import { expect, it } from 'vitest';
import { replayTrace } from '../../../lab/replay/replay-trace.ts';
import { timedPurser } from '../../../lab/replay/timed-purser.ts';

const answer = (status: number, body: object): Response => Response.json(body, { status });
/** A client on a network that ends at the test. */
const timedBy = (answerTo: (path: string) => Response) =>
  timedPurser({
    url: 'http://purser.test',
    key: 'a-key',
    fetch: async (address) => answerTo(new URL(address).pathname),
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
      timed: timedBy((path) => {
        paths.push(path);
        if (path.endsWith('/settle')) return answer(200, { settledUsd: '0.001' });
        if (path.endsWith('/r-1')) return answer(200, { model: 'dear', allocatedUsd: '0.002' });
        const type = 'https://purser.dev/problems/conflict';
        return answer(409, { type, reservationId: 'r-1', state: conflicts.shift() });
      }),
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

it('counts a refusal of a budget or control as a decision, and one of a quota as a failure', async () => {
  const types = ['budget-exceeded', 'control-in-force', 'throttled', 'rate-limited'];
  const tally = await replayTrace(
    {
      timed: timedBy(() =>
        Response.json(
          { type: `https://purser.dev/problems/${types.shift()}`, decidingBudgetId: 'user/ada' },
          { status: 429, headers: { 'x-should-retry': 'false' } },
        ),
      ),
      sleep: async () => {},
      now: () => 0,
    },
    types.map((_, index) => row(index + 1)).values(),
    {
      runId: 'run',
      concurrency: 1,
      speedUp: 0,
      signal: new AbortController().signal,
      onRow: () => {},
    },
  );
  expect(tally.decisions.reject).toBe(3);
  expect(Object.fromEntries(tally.failures)).toEqual({ 'reserve: 429 rate-limited': 1 });
});

it('asks again under the same key if an answer breaks off, and times the last attempt', async () => {
  const keys: (string | null)[] = [];
  const timed = timedPurser({
    url: 'http://purser.test',
    key: 'a-key',
    async fetch(_address, init) {
      keys.push(new Headers(init.headers).get('idempotency-key'));
      const broken = new ReadableStream({ start: (body) => body.error(new TypeError('closed')) });
      return keys.length === 1 ? new Response(broken) : Response.json({ settledUsd: '0.001' });
    },
  });
  const settled = await timed((purser) =>
    purser.settle('r-1', { usage: { inputTokens: 1, outputTokens: 1 } }),
  );
  expect(settled).toMatchObject({ answer: { settledUsd: '0.001' }, retries: 1 });
  expect(settled.latencyMs).toBeLessThan(200);
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(2);
});

it('compares a prediction with what was served by the model that it is of', async () => {
  const served = ['dear', 'cheap'];
  const tally = await replayTrace(
    {
      timed: timedBy((path) => {
        if (path.endsWith('/settle')) return answer(200, { settledUsd: '0.001' });
        const model = served.shift();
        return answer(201, {
          reservationId: `r-${model}`,
          decision: model === 'dear' ? 'proceed' : 'downgrade',
          model,
          allocatedUsd: '0.002',
          prediction: { model: 'dear', expectedCostUsd: '0.001' },
        });
      }),
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
