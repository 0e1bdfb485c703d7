import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { budgetServices } from '../../composition/budgets.ts';
import { decisionServices, sweepServices } from '../../composition/reservations.ts';
import { stores } from '../../composition/stores.ts';
import type { ChainedEntry } from '../../domain/audit/audit-entry.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { createHandler as createBudgets } from '../../lambdas/budgets/handler.ts';
import { createHandler as createDecisions } from '../../lambdas/reserve/handler.ts';
import { createHandler as createSweep } from '../../lambdas/sweep-reservations/handler.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { eventOfItem } from '../../services/events/event-of-item.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embedded-store.ts';
import { type Answer, call } from './http-event.ts';
import { MODEL } from './reserving.ts';
import { testWorld } from './world.ts';

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const REQUEST = {
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 100,
};

export const at = (text: string): number => Date.parse(text);
export const daily = { scope: 'user', scopeId: 'ada', period: 'daily' };
export const monthly = { ...daily, period: 'monthly' };
export const total = { ...daily, period: 'total' };

type Request = NonNullable<Parameters<typeof call>[2]>;

/**
 * The functions that budgets need, on a store of their own and a clock that a test moves. Every test
 * has an organization of its own and begins at 10:00 on 2026-11-21.
 */
export function openBudgetDesk() {
  let store: EmbeddedStore;
  let organizations = 0;
  let handlers: { budgets: unknown; decisions: unknown };
  const desk = {
    nowMs: 0,
    organizationId: '',
    world: testWorld(),
    sweep: (): Promise<unknown> => Promise.resolve(),
    ask: (method: string, request: Request, suffix = ''): Promise<Answer> =>
      call(handlers.budgets, `${method} ${BUDGET}${suffix}`, {
        organizationId: desk.organizationId,
        ...request,
      }),
    ok: async (method: string, request: Request, suffix = ''): Promise<Answer['json']> => {
      const answer = await desk.ask(method, request, suffix);
      expect(answer.status, answer.text).toBeLessThan(300);
      return answer.json;
    },
    reserve: (): Promise<Answer> =>
      call(handlers.decisions, 'POST /v1/reservations', {
        organizationId: desk.organizationId,
        body: REQUEST,
      }),
    /** Reserves and settles an amount for Ada. @returns the status of the reservation */
    spend: async (actualCostUsd: string): Promise<number> => {
      const reserved = await desk.reserve();
      if (reserved.status !== 201) return reserved.status;
      const settled = await call(handlers.decisions, 'POST /v1/reservations/{id}/settle', {
        organizationId: desk.organizationId,
        params: { id: String(reserved.json['reservationId']) },
        body: { usage: { inputTokens: 1_000, outputTokens: 100 }, actualCostUsd },
      });
      expect(settled.status, settled.text).toBe(200);
      return reserved.status;
    },
    entriesOf: async (name: string): Promise<ChainedEntry[]> => {
      const log = stores(store.db).audit;
      const { entries } = await log.list(desk.organizationId, {}, { limit: 100 });
      return entries.filter(({ action }) => action === name);
    },
    eventsOf: () => eventsOf(store, desk.organizationId),
    takeConsumed: () => store.takeConsumed(),
    expectBalanced: async (): Promise<void> => {
      expect((await checkLedger(stores(store.db).ledger)).violations).toEqual([]);
    },
  };
  beforeAll(async () => {
    store = await startEmbeddedStore();
  });
  beforeEach(() => {
    desk.organizationId = `acme-${(organizations += 1)}`;
    desk.nowMs = at('2026-11-21T10:00:00Z');
    desk.world = testWorld(() => desk.nowMs);
    const { world } = desk;
    handlers = {
      budgets: createBudgets({ ...world, ...budgetServices(store.db, world) }),
      decisions: createDecisions({ ...world, ...decisionServices(store.db, world) }),
    };
    desk.sweep = createSweep({ ...world, ...sweepServices(store.db, world) });
  });
  afterAll(() => store.close());
  return desk;
}

/** The events that `publish-events` finds in the audit log of an organization, oldest first. */
async function eventsOf({ db }: EmbeddedStore, organizationId: string): Promise<PurserEvent[]> {
  const pages = await Array.fromAsync(pagesOf((startKey) => stores(db).audit.scan(startKey)));
  return pages
    .flatMap(({ items }) => items.flatMap((item) => eventOfItem(item) ?? []))
    .filter((event) => event.organizationId === organizationId)
    .toSorted((left, right) => left.atMs - right.atMs);
}
