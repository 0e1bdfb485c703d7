import { randomBytes, randomUUID } from 'node:crypto';
import { createLocalTables } from '../../../aws/local-tables.ts';
import { type Balance, type BudgetMode, sumOfBalances } from '../../../domain/ledger/budget.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { formatUsd } from '../../../domain/money.ts';
import type { Scope } from '../../../domain/scopes.ts';
import { budgetServices } from '../../../composition/budgets.ts';
import { reservationServices, settlementServices } from '../../../composition/reservations.ts';
import { RETENTION_DAYS } from '../../../composition/stores.ts';
import { SILENT, type World } from '../../../composition/world.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { closeByMemory } from '../../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { mapConcurrently } from '../../../services/map-concurrently.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { contendedStore } from './contended-store.ts';
import { createMeter } from './meter.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const INPUT_TOKENS = 1_000;
const MAX_OUTPUT_TOKENS = 1_000;
/** A request spends 58 % of its reservation. */
const OUTPUT_TOKENS = 500;
/** The amount of the reservation above at list price; `reserve` checks it. */
export const REQUEST_NANO_USD = 6_000_000n;
const PLENTY = 10_000_000n;
const HOLD_MS = 900_000;

export type LedgerBed = Awaited<ReturnType<typeof openLedgerBed>>;
export type Organization = { id: string; users: string[] };

/** Events besides answers: retried transactions, and wallet draw-ins. */
type Counts = { retries: number; drawIns: number };
type BedServices = ReturnType<typeof servicesOn>;

/** The services that reserve and settle, in this process, on new tables. */
export async function openLedgerBed(endpoint: string) {
  const meter = createMeter();
  const store = await createLocalTables(
    endpoint,
    `bench-${randomUUID().slice(0, 8)}-`,
    Object.values(TABLE_DEFINITIONS),
    {
      onCapacity: meter.onCapacity,
      // One process stands for hundreds of clients, which must not wait for each other's sockets.
      client: { maxSockets: 512, timeoutMs: 10_000 },
    },
  );
  const counts: Counts = { retries: 0, drawIns: 0 };
  /** How long transactions held their items under injected contention. */
  const transactionsMs: number[] = [];
  const contended = contendedStore(store, meter, (ms) => transactionsMs.push(ms));
  let chosen = store;
  const db = meter.metered({
    get: (request) => chosen.get(request),
    batchGet: (keys, options) => chosen.batchGet(keys, options),
    query: (query) => chosen.query(query),
    scan: (request) => chosen.scan(request),
    write: (write) => chosen.write(write),
    transact: (writes) => chosen.transact(writes),
  });
  return {
    meter,
    counts,
    transactionsMs,

    /** Turns conflicts on or off; call it while no request is running. */
    setContended(isContended: boolean): void {
      chosen = isContended ? contended : store;
    },

    ...ledgerActions(servicesOn(db, counts)),
  };
}

function servicesOn(db: DynamoDb, counts: Counts) {
  const world: World = {
    now: Date.now,
    randomBytes,
    telemetry: {
      ...SILENT,
      metric: (name) => (counts.retries += name === 'StoreConflicts' ? 1 : 0),
    },
    alerts: { publish: () => Promise.resolve() },
    retentionDays: RETENTION_DAYS,
    entryShards: [],
    holdMs: HOLD_MS,
  };
  const reserving = reservationServices(db, world);
  const { wallets } = reserving;
  return {
    ...settlementServices(db, world),
    ...reserving,
    wallets: {
      ...wallets,
      drawIn: (...args: Parameters<typeof wallets.drawIn>) => {
        counts.drawIns += 1;
        return wallets.drawIn(...args);
      },
    },
    budgets: budgetServices(db, world).budgets,
  };
}

function ledgerActions(deps: BedServices) {
  const { budgets, ledger } = deps;
  return {
    /** A new organization; see `addOrganization`. */
    organization: (mode: BudgetMode, users: number, requests = PLENTY): Promise<Organization> =>
      addOrganization(budgets, mode, users, requests),

    /** @returns the entry, or `undefined` if the budgets have no room */
    async reserve({ id, users }: Organization, user: number): Promise<Entry | undefined> {
      const request = {
        system: 'relaycore',
        userId: users[user % users.length] ?? '',
        departmentId: 'research',
        model: MODEL,
        inputTokens: INPUT_TOKENS,
        maxOutputTokens: MAX_OUTPUT_TOKENS,
      };
      const call = { organizationId: id, actor: 'bench', nowMs: Date.now() };
      const outcome = await createReservation(deps, call, request, undefined);
      if (outcome.kind !== 'reserved') return undefined;
      const { entry } = outcome;
      if (entry.amountNanoUsd !== REQUEST_NANO_USD || entry.balances.length !== 4) {
        throw new Error(`not the request of this benchmark: ${entry.amountNanoUsd}`);
      }
      return entry;
    },

    /** Settles the reservation from memory, like the route does. */
    async settle({ id }: Organization, { entryId }: Entry): Promise<void> {
      const usage = {
        inputTokens: INPUT_TOKENS,
        outputTokens: OUTPUT_TOKENS,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
      };
      const nowMs = Date.now();
      const target = { organizationId: id, reservationId: entryId, nowMs };
      await closeByMemory(deps, target, ({ entry, isRemembered }) =>
        settleReservation(deps, entry, { usage }, { nowMs, isRemembered }),
      );
    },

    /** The organization's whole budget, and the part of its headroom that is idle in wallets. */
    async budgetOf({ id }: Organization): Promise<{ balance: Balance; idleNanoUsd: bigint }> {
      const target = { scope: 'organization', scopeId: id, period: 'monthly' } as const;
      const { balance, lanes } = await budgets.standing(id, target, Date.now());
      const atHome = sumOfBalances(lanes.map((lane) => lane.balance)).headroomNanoUsd;
      return { balance, idleNanoUsd: balance.headroomNanoUsd - atHome };
    },

    /** Broken laws, as sentences; call it while no request is running. */
    async brokenLaws(): Promise<string[]> {
      const { violations, overageNanoUsd } = await checkLedger(ledger);
      const overspent = `settled ${formatUsd(overageNanoUsd)} USD above limits`;
      return [
        ...violations.map(({ balance, message }) => `${balance}: ${message}`),
        ...(overageNanoUsd > 0n ? [overspent] : []),
      ];
    },
  };
}

/**
 * Creates an organization whose requests are under four budgets: user daily, department,
 * organization and model monthly.
 * @param requests number of requests that fit in the organization's budget; the others have plenty
 */
async function addOrganization(
  budgets: BedServices['budgets'],
  mode: BudgetMode,
  users: number,
  requests: bigint,
): Promise<Organization> {
  const organizationId = `org-${randomUUID().slice(0, 8)}`;
  const names = Array.from({ length: users }, (_, user) => `user-${user}`);
  const put = (scope: Scope, scopeId: string, room = PLENTY) =>
    budgets.put(
      { organizationId, actor: 'bench', nowMs: Date.now() },
      { scope, scopeId, period: scope === 'user' ? 'daily' : 'monthly' },
      {
        limitNanoUsd: room * REQUEST_NANO_USD,
        timeZone: 'UTC',
        enforcement: 'enforce',
        // A user's own budget uses the mode of the shared ones unless it is explicitly exact.
        ...(scope === 'user' && mode === 'escrow' ? {} : { mode }),
      },
    );
  await put('department', 'research');
  await put('organization', organizationId, requests);
  await put('model', MODEL);
  await mapConcurrently(names, 16, (name) => put('user', name));
  return { id: organizationId, users: names };
}
