import { randomBytes } from 'node:crypto';
import { budgetServices } from '../../../../composition/budgets.ts';
import { decisionServices } from '../../../../composition/reservations.ts';
import { RETENTION_DAYS } from '../../../../composition/stores.ts';
import type { World } from '../../../../composition/world.ts';
import type { BudgetMode } from '../../../../domain/ledger/budget.ts';
import { NANO_PER_USD } from '../../../../domain/money.ts';
import type { Scope } from '../../../../domain/scopes.ts';
import type { HttpEvent } from '../../../../lambdas/edge/caller.ts';
import { runtime } from '../../../../lambdas/edge/runtime.ts';
import { createHandler } from '../../../../lambdas/reserve/handler.ts';
import { createQuotaKeeper } from '../../../../services/quotas/quota-keeper.ts';
import type { DynamoDb } from '../../../../tables/dynamodb.ts';
import { createQuotaStore } from '../../../../tables/quotas.ts';
import {
  DEPARTMENT,
  MODEL,
  ORGANIZATIONS,
  type PairMode,
  reserveEvent,
  settleEvent,
  USERS,
} from './http-events.ts';

const LIMIT_NANO_USD = 1_000_000n * NANO_PER_USD;
const HOLD_MS = 900_000;

/** Reserves and settles once for one of the users. */
export type Pair = (index: number) => Promise<void>;

/**
 * The handlers of reserve and settle in this process, with the quotas and the telemetry of a
 * deployed function, but without a network, a gateway or stream followers.
 */
export async function openPurserPairs(db: DynamoDb): Promise<Record<PairMode, Pair>> {
  const { now, telemetry } = runtime;
  const world: World = {
    now,
    telemetry,
    randomBytes,
    alerts: { publish: () => Promise.resolve() },
    retentionDays: RETENTION_DAYS,
    entryShards: [],
    holdMs: HOLD_MS,
  };
  const { budgets } = budgetServices(db, world);
  for (const mode of ['exact', 'escrow'] as const) await putBudgets(budgets, mode);
  const quotas = createQuotaKeeper({
    store: createQuotaStore(db),
    telemetry,
    now,
    capacityPerSecond: 10_000,
  });
  const edge = { ...world, quotas };
  const handler = createHandler({ ...edge, ...decisionServices(db, world) });
  const pairOf =
    (mode: PairMode): Pair =>
    async (index) => {
      const reservation: unknown = JSON.parse(await bodyOf(handler, reserveEvent(mode, index)));
      const { reservationId } = reservation as { reservationId: string };
      await bodyOf(handler, settleEvent(mode, reservationId));
    };
  return { exact: pairOf('exact'), escrow: pairOf('escrow') };
}

type Budgets = ReturnType<typeof budgetServices>['budgets'];

/** Four budgets per request, as the bare transactions have four balances. */
async function putBudgets(budgets: Budgets, mode: BudgetMode): Promise<void> {
  const organizationId = ORGANIZATIONS[mode];
  const put = (scope: Scope, scopeId: string) =>
    budgets.put(
      { organizationId, actor: 'bench', nowMs: Date.now() },
      { scope, scopeId, period: scope === 'user' ? 'daily' : 'monthly' },
      {
        limitNanoUsd: LIMIT_NANO_USD,
        timeZone: 'UTC',
        enforcement: 'enforce',
        // A user's own budget takes part in escrow unless it is set to exact.
        ...(scope === 'user' && mode === 'escrow' ? {} : { mode }),
      },
    );
  await put('department', DEPARTMENT);
  await put('organization', organizationId);
  await put('model', MODEL);
  for (const user of USERS) await put('user', user);
}

type Handler = ReturnType<typeof createHandler>;

async function bodyOf(handler: Handler, event: HttpEvent): Promise<string> {
  const { statusCode = 0, body = '' } = await handler(event, {} as never);
  if (statusCode >= 300) throw new Error(`${event.routeKey}: HTTP ${statusCode} ${body}`);
  return body;
}
