import { createServer, type IncomingMessage } from 'node:http';
import { formatUsd } from '../../../domain/money.ts';

/**
 * A minimal server with the routes that a replay uses, to test how the command handles answers.
 * End-to-end tests elsewhere prove that the real application answers this way.
 */
export type FakeApi = {
  url: string;
  /** Idempotency-Keys of reservations, in order of arrival. */
  keys: string[];
  requests: Record<string, unknown>[];
  close: () => Promise<void>;
};

type Behavior = {
  /** Added to the report's total to make it wrong. */
  reportErrorNanoUsd?: bigint;
  /** Returns an answer for the nth reservation instead of holding it. */
  onReservation?: (count: number) => { status: number; body: unknown } | undefined;
  /** Number of report reads that do not show the settlements yet. */
  reportLagReads?: number;
};

export async function startFakeApi(behavior: Behavior = {}): Promise<FakeApi> {
  const reservations = new Map<string, string>();
  const settled = new Map<string, bigint>();
  const keys: string[] = [];
  const requests: Record<string, unknown>[] = [];
  let lag = behavior.reportLagReads ?? 0;

  const answer = (path: string, body: Record<string, unknown>, key: string) => {
    if (path === '/v1/models') {
      return { status: 200, body: { items: [{ model: 'anthropic.claude-sonnet-4-6' }] } };
    }
    if (path.startsWith('/v1/reports/costs')) {
      const sum = [...settled.values()].reduce((total, amount) => total + amount, 0n);
      const late = sum > 0n && lag-- > 0;
      const wrong = sum > 0n ? (behavior.reportErrorNanoUsd ?? 0n) : 0n;
      const costUsd = formatUsd(late ? 0n : sum + wrong);
      const total = { costUsd, requests: settled.size, inputTokens: 0, outputTokens: 0 };
      const groups = [{ key: 'relaycore', costUsd, requests: settled.size }];
      return { status: 200, body: { totalUsd: costUsd, total, groups } };
    }
    if (path === '/v1/reservations') {
      keys.push(key);
      requests.push(body);
      const special = behavior.onReservation?.(keys.length);
      if (special) return special;
      const reservationId = reservations.get(key) ?? `reservation-${reservations.size}`;
      reservations.set(key, reservationId);
      // A key ends with its reservation.
      if (settled.has(reservationId)) {
        const type = 'https://purser.dev/problems/conflict';
        return { status: 409, body: { type, reservationId, state: 'settled' } };
      }
      const { model } = body;
      const prediction = { model, expectedCostUsd: '0.004' };
      const facts = { allocatedUsd: '0.010000000', decision: 'proceed', model, prediction };
      return { status: 201, body: { reservationId, ...facts } };
    }
    const [, stood] = /^\/v1\/reservations\/([^/]+)$/.exec(path) ?? [];
    if (stood !== undefined) {
      const model = 'anthropic.claude-sonnet-4-6';
      return { status: 200, body: { reservationId: stood, model, allocatedUsd: '0.010000000' } };
    }
    const [, id] = /^\/v1\/reservations\/([^/]+)\/settle$/.exec(path) ?? [];
    if (id === undefined) return { status: 404, body: {} };
    const usage = body['usage'] as { inputTokens: number; outputTokens: number };
    const cost = BigInt(usage.inputTokens) * 3_000n + BigInt(usage.outputTokens) * 15_000n;
    settled.set(id, settled.get(id) ?? cost);
    return { status: 200, body: { settledUsd: formatUsd(settled.get(id) ?? 0n) } };
  };

  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const key = String(request.headers['idempotency-key'] ?? '');
      const { status, body: out } = answer(request.url ?? '', body, key);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(out));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
