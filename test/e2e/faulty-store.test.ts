import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseUsd } from '../../domain/money.ts';
import { startBinary } from '../support/embedded-store.ts';
import {
  type FaultyDynamoDb,
  startFaultyDynamoDb,
} from '../support/faulty-dynamodb/faulty-dynamodb.ts';
import type { Faults } from '../support/faulty-dynamodb/faults.ts';
import { type Answer, type LocalPurser, startPurser } from '../support/local-purser.ts';

/** Everything at once, several times more often than a bad day brings it. */
const STORM: Partial<Faults> = {
  phaseMs: 2,
  writeUnitsPerSecond: 1_000,
  readUnitsPerSecond: 3_000,
  pageBytes: 3_000,
  unprocessed: 0.05,
  lateExpiry: 0.5,
  slow: 0.01,
  silent: 0.001,
  late: 0.001,
  lostRequest: 0.02,
  lostAnswer: 0.03,
  internalError: 0.02,
  unavailable: 0.01,
  repeatedRecords: 0.3,
  expiredIterator: 0.02,
  splitAfterRecords: 30,
};
/** Those that so short a storm surely brings. */
const MET = ['conflict', 'lostAnswer', 'unprocessed', 'repeatedRecords'] as const;
const CLIENTS = 6;
const CALLS = 4;
const EVENTS = 4;
const EVENT_USD = '0.001';
const AFTER_EVERY_HOLD_MS = 20 * 60_000;
const TIMEOUT_MS = 180_000;

let store: Awaited<ReturnType<typeof startBinary>>;
let faulty: FaultyDynamoDb;
let purser: LocalPurser;

beforeAll(async () => {
  store = await startBinary();
  faulty = await startFaultyDynamoDb(store.endpoint, 7, {});
  purser = await startPurser({ env: { PURSER_DYNAMODB_ENDPOINT: faulty.endpoint } });
});
afterAll(async () => {
  faulty?.set({});
  await purser?.stop();
  await faulty?.close();
  await store?.close();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Repeats a call until the store lets it through, as a client that follows Retry-After would. */
async function insist<Body>(send: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send();
    if (answer.status !== 503 || tries === 60) return answer;
    await pause(30);
  }
}

type Held = { reservationId: string };
type Settled = { settledUsd: string };
type State = { state: string; settledUsd?: string };

const request = (client: number) => ({
  system: 'relaycore',
  userId: `u${client % 4}`,
  model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  inputTokens: 1_000,
  maxOutputTokens: 500,
  holdSeconds: 600,
});

const settle = (id: string) =>
  insist(() =>
    purser.post<Settled>(`/v1/reservations/${id}/settle`, {
      usage: { inputTokens: 900, outputTokens: 200 },
    }),
  );

/** One client's work. It remembers what it was told about each reservation. */
function createClient(client: number, run: string) {
  const told = new Map<string, string | undefined>();
  const unexpected: string[] = [];
  let reportedEvents = 0;
  const expectStatus = ({ status, body }: Answer<unknown>, ...statuses: number[]): void => {
    if (!statuses.includes(status)) unexpected.push(`${status} ${JSON.stringify(body)}`);
  };

  async function end(id: string, call: number): Promise<void> {
    if (call % 4 === 1) {
      expectStatus(await insist(() => purser.post(`/v1/reservations/${id}/void`, {})), 200);
      return;
    }
    // Left open: the sweeper ends it.
    if (call % 4 === 3) return;
    if (call % 4 === 2) {
      const body = { holdSeconds: 900 };
      expectStatus(await insist(() => purser.post(`/v1/reservations/${id}/extend`, body)), 200);
    }
    const answer = await settle(id);
    expectStatus(answer, 200);
    told.set(id, answer.body.settledUsd);
    expect((await settle(id)).body).toEqual(answer.body);
  }

  async function report(call: number): Promise<void> {
    const at = new Date(await purser.now()).toISOString();
    const events = Array.from({ length: EVENTS }, (_, event) => ({
      eventId: `${run}-${client}-${call}-${event}`,
      at,
      system: 'relaycore',
      userId: `u${client % 4}`,
      model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      usage: { inputTokens: 100, outputTokens: 180 },
      actualCostUsd: EVENT_USD,
    }));
    const send = () => insist(() => purser.post('/v1/usage', { events }));
    for (const answer of await Promise.all([send(), send()])) expectStatus(answer, 200);
    reportedEvents += EVENTS;
  }

  return {
    told,
    unexpected,
    /** A client whose first call the budget refuses reports nothing. */
    reportedEvents: () => reportedEvents,
    async work(): Promise<void> {
      for (let call = 0; call < CALLS; call += 1) {
        const headers = { 'idempotency-key': `${run}-${client}-${call}` };
        const made = await insist(() =>
          purser.post<Held>('/v1/reservations', request(client), headers),
        );
        expectStatus(made, 201, 429);
        if (made.status !== 201) continue;
        told.set(made.body.reservationId, undefined);
        await end(made.body.reservationId, call);
        if (call % 4 === 0) await report(call);
      }
    },
  };
}

const sumOf = (amounts: readonly (string | undefined)[]): bigint =>
  amounts.reduce((sum, text) => sum + (parseUsd(text ?? '0') ?? 0n), 0n);

/** Less than what the clients ask for, and what the mode before has spent is part of it. */
describe.each([
  ['exact', '0.05'],
  ['escrow', '0.08'],
])('racing clients of a budget in %s mode', (mode, limitUsd) => {
  it('neither overspend nor count twice', { timeout: TIMEOUT_MS }, async () => {
    const path = `/v1/budgets/organization/${purser.organizationId}/daily`;
    faulty.set({});
    const spentBefore = await totalOfReport();
    const put = await purser.put(path, { limitUsd, mode });
    expect(put.status).toBeLessThan(300);

    faulty.set(STORM);
    const clients = Array.from({ length: CLIENTS }, (_, client) => createClient(client, mode));
    await Promise.all(clients.map((client) => client.work()));
    await purser.post('/_local/clock', { advanceMs: AFTER_EVERY_HOLD_MS });
    for (const name of ['sweep-reservations', 'monitor-costs']) {
      await insist(() => purser.post(`/_local/invoke/purser-dev-${name}`, {}));
    }
    await pause(1_000);
    faulty.set({ splitAfterRecords: STORM.splitAfterRecords });
    expect(clients.flatMap(({ unexpected }) => unexpected)).toEqual([]);
    for (const fault of MET) expect(faulty.met(fault), fault).toBeGreaterThan(0);

    await purser.post('/_local/invoke/purser-dev-sweep-reservations', {});
    await purser.drain();
    expect((await purser.checkLedger()).violations).toEqual([]);
    const amounts: (string | undefined)[] = [];
    for (const [id, settledUsd] of clients.flatMap(({ told }) => [...told])) {
      const { body } = await purser.get<State>(`/v1/reservations/${id}`);
      expect(body.state).not.toBe('reserved');
      if (settledUsd !== undefined) expect(body).toMatchObject({ state: 'settled', settledUsd });
      amounts.push(body.settledUsd);
    }
    const reported = clients.reduce((sum, client) => sum + client.reportedEvents(), 0);
    expect(reported).toBeGreaterThan(EVENTS);
    const events = BigInt(reported) * sumOf([EVENT_USD]);
    expect(amounts.length).toBeLessThan(CLIENTS * CALLS);
    expect(sumOf(amounts)).toBeLessThanOrEqual(sumOf([limitUsd]));
    expect(await totalOfReport()).toBe(spentBefore + sumOf(amounts) + events);
  });
});

async function totalOfReport(): Promise<bigint> {
  const { body } = await purser.get<{ totalUsd: string }>('/v1/reports/costs');
  return sumOf([body.totalUsd]);
}
