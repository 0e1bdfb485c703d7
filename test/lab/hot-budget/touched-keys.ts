import { budgetServices } from '../../../composition/budgets.ts';
import { reviewServices } from '../../../composition/controls.ts';
import { aggregationServices } from '../../../composition/reporting.ts';
import { decisionServices } from '../../../composition/reservations.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { createHandler as createAggregation } from '../../../lambdas/aggregate-usage/handler.ts';
import { createHandler as createDecisions } from '../../../lambdas/reserve/handler.ts';
import { createHandler as createWatch } from '../../../lambdas/watch-spending/handler.ts';
import { createQuotaKeeper } from '../../../services/quotas/quota-keeper.ts';
import type { DynamoDb, Item } from '../../../tables/dynamodb.ts';
import { postingsOfChange } from '../../../tables/ledger/entry-items.ts';
import { createQuotaStore } from '../../../tables/quotas.ts';
import { changedSumOf } from '../../../tables/token-analytics/token-analytics.ts';
import { uuidV7 } from '../../../client/uuid-v7.ts';
import { httpEvent } from '../../support/http-event.ts';
import { pagesOf } from '../../../tables/query-all.ts';
import { recordingStore, type Touch } from '../../support/recording-store.ts';
import { testWorld } from '../../support/world.ts';
import { tellingOn } from '../../support/telling.ts';

export const ORGANIZATION = 'acme';
const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const REQUEST = {
  userId: 'ada',
  departmentId: 'operations',
  system: 'relaycore',
  operation: 'chat',
  model: MODEL,
  inputTokens: 100,
};

/** A mode's pair of reserve and settle: every key that it and its followers touched. */
export async function touchedKeys(store: DynamoDb, mode: 'exact' | 'escrow'): Promise<Touch[]> {
  const { db, touches } = recordingStore(store);
  const world = testWorld();
  await putBudgets(store, mode);
  const quotas = createQuotaKeeper({ ...world, store: createQuotaStore(db), capacityPerSecond: 1 });
  const decisions = createDecisions({ ...world, quotas, ...decisionServices(db, world) });
  const call = async (routeKey: string, request: Parameters<typeof httpEvent>[1]) => {
    const { body = '' } = await decisions(httpEvent(routeKey, request), {} as never);
    return JSON.parse(body) as { reservationId: string };
  };
  const { reservationId } = await call('POST /v1/reservations', {
    body: REQUEST,
    headers: { 'idempotency-key': uuidV7(Date.now()) },
  });
  const before = await itemsOf(store, 'ledger');
  await call('POST /v1/reservations/{id}/settle', {
    params: { id: reservationId },
    body: { usage: { inputTokens: 100, outputTokens: 10 } },
  });
  const after = await itemsOf(store, 'ledger');

  const aggregation = createAggregation({
    ...world,
    ...aggregationServices(db, world),
    postingsOf: (record) => {
      const { was, is } = record as unknown as Change;
      return postingsOfChange(was, is);
    },
    expiryOf: () => undefined,
  });
  await aggregation({ Records: changesBetween(before, after) });
  const watch = createWatch({
    ...world,
    ...reviewServices(db, { ...world, breachQueue: tellingOn(db, world).breachQueue }),
    changeOf: (record) => {
      const { was, is } = record as unknown as Change;
      return is && changedSumOf(was, is);
    },
  });
  const sums = await itemsOf(store, 'token-analytics');
  await watch({ Records: changesBetween(new Map(), sums) });
  return touches;
}

type Change = { was: Item | undefined; is: Item | undefined; dynamodb: { SequenceNumber: string } };

function changesBetween(before: Map<string, Item>, after: Map<string, Item>): Change[] {
  return [...after].map(([key, is], at) => ({
    was: before.get(key),
    is,
    dynamodb: { SequenceNumber: String(at) },
  }));
}

async function itemsOf(store: DynamoDb, table: string): Promise<Map<string, Item>> {
  const items = new Map<string, Item>();
  for await (const page of pagesOf((startKey) => store.scan({ table, startKey }))) {
    for (const item of page.items) items.set(JSON.stringify([item['pk'], item['sk']]), item);
  }
  return items;
}

async function putBudgets(store: DynamoDb, mode: 'exact' | 'escrow'): Promise<void> {
  const { budgets } = budgetServices(store, testWorld());
  const put = (scope: Scope, scopeId: string) =>
    budgets.put(
      { organizationId: ORGANIZATION, actor: 'key-1', nowMs: Date.now() },
      { scope, scopeId, period: 'monthly' },
      {
        limitNanoUsd: 1_000_000n * NANO_PER_USD,
        timeZone: 'UTC',
        enforcement: 'enforce',
        ...(scope === 'user' && mode === 'escrow' ? {} : { mode }),
      },
    );
  await put('organization', ORGANIZATION);
  await put('user', REQUEST.userId);
}
