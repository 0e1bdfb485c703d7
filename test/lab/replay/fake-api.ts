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

type Answer = { status: number; body: unknown };
type Request = { path: string; body: Record<string, unknown>; key: string };

const MODEL = 'anthropic.claude-sonnet-4-6';
const RESERVATION = /^\/v1\/reservations\/([^/]+)$/;
const SETTLEMENT = /^\/v1\/reservations\/([^/]+)\/settle$/;

export async function startFakeApi(behavior: Behavior = {}): Promise<FakeApi> {
  const desk = createDesk(behavior);
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { status, body } = desk.answer({
        path: request.url ?? '',
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        key: String(request.headers['idempotency-key'] ?? ''),
      });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    keys: desk.keys,
    requests: desk.requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** What the server keeps of reservations and settlements, and how it answers. */
function createDesk(behavior: Behavior) {
  const reservations = new Map<string, string>();
  const settled = new Map<string, bigint>();
  const keys: string[] = [];
  const requests: Record<string, unknown>[] = [];
  let lag = behavior.reportLagReads ?? 0;

  function costReport(): Answer {
    const sum = [...settled.values()].reduce((total, amount) => total + amount, 0n);
    const late = sum > 0n && lag-- > 0;
    const wrong = sum > 0n ? (behavior.reportErrorNanoUsd ?? 0n) : 0n;
    const costUsd = formatUsd(late ? 0n : sum + wrong);
    const total = { costUsd, requests: settled.size, inputTokens: 0, outputTokens: 0 };
    const groups = [{ key: 'relaycore', costUsd, requests: settled.size }];
    return { status: 200, body: { totalUsd: costUsd, total, groups } };
  }

  function reserve({ body, key }: Request): Answer {
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

  function settle(reservationId: string, { body }: Request): Answer {
    const usage = body['usage'] as { inputTokens: number; outputTokens: number };
    const cost = BigInt(usage.inputTokens) * 3_000n + BigInt(usage.outputTokens) * 15_000n;
    const settledNanoUsd = settled.get(reservationId) ?? cost;
    settled.set(reservationId, settledNanoUsd);
    return { status: 200, body: { settledUsd: formatUsd(settledNanoUsd) } };
  }

  function answer(request: Request): Answer {
    const { path } = request;
    if (path === '/v1/models') return { status: 200, body: { items: [{ model: MODEL }] } };
    if (path.startsWith('/v1/reports/costs')) return costReport();
    if (path === '/v1/reservations') return reserve(request);
    const [, readId] = RESERVATION.exec(path) ?? [];
    if (readId !== undefined) {
      const facts = { model: MODEL, allocatedUsd: '0.010000000' };
      return { status: 200, body: { reservationId: readId, ...facts } };
    }
    const [, settledId] = SETTLEMENT.exec(path) ?? [];
    return settledId === undefined ? { status: 404, body: {} } : settle(settledId, request);
  }

  return { keys, requests, answer };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}
