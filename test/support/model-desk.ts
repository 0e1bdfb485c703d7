import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Entry } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createLedgerStore } from '../../tables/ledger/ledger.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type Deployed, deployAll } from './deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embedded-store.ts';
import { type Answer, call } from './http-event.ts';
import { rethrow } from './nothing-apart.ts';
import { silentTelemetry } from './telemetry.ts';
import { ENTRY_STORAGE } from './world.ts';

export const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
export const RESERVE = 'POST /v1/reservations';
export const CARD = 'PUT /v1/rate-cards/{model}';
export const OPUS = 'anthropic.claude-opus-4-6-v1';
export const SONNET = 'anthropic.claude-sonnet-4-6';
export const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

export const aiRequest = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  model: SONNET,
  inputTokens: 10_000,
  maxOutputTokens: 1_000,
  ...over,
});

export const eventOf = (over: object = {}) => ({
  eventId: randomUUID(),
  at: new Date().toISOString(),
  system: 'relaycore',
  userId: 'ada',
  model: SONNET,
  usage: { inputTokens: 1_000, outputTokens: 100 },
  ...over,
});

/** The deployed functions, a new organization for each test, and a check of the ledger after it. */
export function openModelDesk() {
  let store: EmbeddedStore;
  let deployed: Deployed;
  let organizationId = '';
  let organizations = 0;
  beforeAll(async () => {
    store = await startEmbeddedStore();
    deployed = await deployAll(store);
  });
  beforeEach(() => {
    organizationId = `models-${(organizations += 1)}`;
  });
  const ledger = () => createLedgerStore(store.db, ENTRY_STORAGE);
  afterEach(async () => {
    expect((await checkLedger(ledger())).violations).toEqual([]);
  });
  afterAll(async () => {
    await deployed.close();
    await store.close();
  });

  const ask = async (routeKey: string, request: object = {}): Promise<Answer> =>
    call(await deployed.handlerOf(routeKey), routeKey, { organizationId, ...request });

  async function ok(routeKey: string, request: object = {}): Promise<Answer> {
    const answer = await ask(routeKey, request);
    expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
    return answer;
  }

  const paramsOf = (reserved: Answer) => ({ id: String(reserved.json['reservationId']) });
  const daily = (scope: string, scopeId: string) => ({ scope, scopeId, period: 'daily' });

  return {
    organizationId: (): string => organizationId,
    ask,
    ok,
    reserve: (over: object = {}): Promise<Answer> => ask(RESERVE, { body: aiRequest(over) }),
    settle: (reserved: Answer, body: object): Promise<Answer> =>
      ok('POST /v1/reservations/{id}/settle', { params: paramsOf(reserved), body }),
    stateOf: async (reserved: Answer): Promise<Record<string, unknown>> =>
      (await ok('GET /v1/reservations/{id}', { params: paramsOf(reserved) })).json,
    setBudget: (scope: string, scopeId: string, limitUsd: string, over: object = {}) =>
      ok(`PUT ${BUDGET}`, { params: daily(scope, scopeId), body: { limitUsd, ...over } }),
    budgetOf: async (scope: string, scopeId: string): Promise<Record<string, unknown>> =>
      (await ok(`GET ${BUDGET}`, { params: daily(scope, scopeId) })).json,
    send: (...events: object[]): Promise<Answer> => ok('POST /v1/usage', { body: { events } }),

    /** Counts what a reservation has posted, as the ledger's stream would. */
    aggregate: async (reserved: Answer): Promise<void> => {
      const { id } = paramsOf(reserved);
      const entry = await ledger().getReservation(id);
      if (!entry) throw new Error(`${id} is missing`);
      await aggregateEntry(store, entry);
    },
    /** The same for usage events, by their ID. */
    aggregateEvents: async (...eventIds: string[]): Promise<void> => {
      for (const eventId of eventIds) {
        const [entry] = await ledger().listCharges(organizationId, eventId);
        if (!entry) throw new Error(`${eventId} is missing`);
        await aggregateEntry(store, entry);
      }
    },
  };
}

const aggregateEntry = ({ db }: EmbeddedStore, entry: Entry): Promise<unknown> =>
  aggregatePostings(
    {
      usage: createTokenUsageStore(db, ONE_SHARD),
      learn: async () => {},
      suspend: rethrow,
      retentionDays: 400,
      telemetry: silentTelemetry(),
      now: Date.now,
    },
    postingsOf(undefined, entry),
  );
