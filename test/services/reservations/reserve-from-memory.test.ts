import { describe, expect, it } from 'vitest';
import type { SettingsChange } from '../../../domain/ledger/budget-settings.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { checkLedger } from '../../../services/budgets/check-ledger.ts';
import { closeByMemory } from '../../../services/reservations/close-by-memory.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import type { Reserved } from '../../../services/reservations/reservation-outcome.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { createMemoryStore } from '../../simulation/memory-store.ts';
import { callOf } from '../../support/call.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
/** Amount of one reservation: 1,000 tokens at 1 USD and as many at 5 USD per million. */
const EACH = 6_000_000n;
const ORGANIZATION = { scope: 'organization', scopeId: 'acme', period: 'monthly' } as const;
const ADA = { scope: 'user', scopeId: 'ada', period: 'daily' } as const;

/** One store, its clock, and processes that have their own memory. */
function startWorld() {
  const { db } = createMemoryStore(Object.values(TABLE_DEFINITIONS));
  const clock = { nowMs: START_MS };

  function startProcess() {
    const calls: string[] = [];
    const noted: DynamoDb = {
      ...db,
      get: (request) => (calls.push(`get ${request.table}`), db.get(request)),
      batchGet(keys, options) {
        calls.push(`read ${keys[0]?.table}`);
        return db.batchGet(keys, options);
      },
      transact: (writes) => (calls.push('transact'), db.transact(writes)),
    };
    const deps = reservingOn(noted, () => clock.nowMs);
    const call = () => callOf('acme', clock.nowMs);
    return {
      deps,
      /** The transactions that some work takes, and its reads with the table of the first item. */
      callsOf: async (work: () => Promise<unknown>): Promise<string[]> => {
        calls.length = 0;
        await work();
        return [...calls];
      },
      put: (target: typeof ORGANIZATION | typeof ADA, settings: SettingsChange) =>
        deps.budgets.put(call(), target, {
          timeZone: 'UTC',
          enforcement: 'enforce',
          mode: 'exact',
          ...settings,
        }),
      ask: (over: object = {}) =>
        createReservation(
          deps,
          call(),
          {
            system: 'relaycore',
            userId: 'ada',
            model: MODEL,
            inputTokens: 1_000,
            maxOutputTokens: 1_000,
            ...over,
          },
          undefined,
        ),
      settle: ({ entryId }: Entry, outputTokens = 200) =>
        closeByMemory(deps, { ...call(), reservationId: entryId }, ({ entry, isRemembered }) =>
          settleReservation(
            deps,
            entry,
            { usage: { ...NO_TOKENS, inputTokens: 1_000, outputTokens } },
            { nowMs: clock.nowMs, by: call(), isRemembered },
          ),
        ),
    };
  }

  return { clock, startProcess };
}

type Process = ReturnType<ReturnType<typeof startWorld>['startProcess']>;

async function reserved({ ask }: Process, over: object = {}): Promise<Reserved> {
  const outcome = await ask(over);
  return outcome.kind === 'reserved' ? outcome : expect.unreachable(outcome.kind);
}

/** A process that has just decided under two budgets with room for many requests. */
async function warmProcess() {
  const world = startWorld();
  const process = world.startProcess();
  await process.put(ORGANIZATION, { limitNanoUsd: 100n * EACH });
  await process.put(ADA, { limitNanoUsd: 100n * EACH });
  await reserved(process);
  return { ...world, process };
}

/** Settings are read in the background, at most once a second. */
const isOfLedger = (name: string): boolean => name === 'transact' || name.endsWith(' ledger');

describe('a pair of reserve and settle', () => {
  it('takes two writes and no read for two seconds after a read', async () => {
    const { clock, process } = await warmProcess();
    for (const ms of [0, 1_000, 999]) {
      clock.nowMs += ms;
      const pair = async () => process.settle((await reserved(process)).entry);
      const calls = await process.callsOf(pair);
      expect(calls.filter(isOfLedger)).toEqual(['transact', 'transact']);
    }
    clock.nowMs += 1;
    const late = await process.callsOf(() => reserved(process));
    expect(late.filter(isOfLedger)).toEqual(['read ledger', 'transact']);
  });

  it('tells what is left as a process that reads it does', async () => {
    const { process, startProcess } = await warmProcess();
    const { entry } = await reserved(process);
    await process.settle(entry);
    await process.settle((await reserved(process)).entry, 900);
    const balances = ({ standings }: Reserved) => standings.map(({ balance }) => balance);
    const own = balances(await reserved(process));
    const [headroom] = own.map(({ headroomNanoUsd }) => headroomNanoUsd);
    const read = balances(await reserved(startProcess()));
    expect(read.map(({ headroomNanoUsd }) => headroomNanoUsd + EACH)).toEqual([headroom, headroom]);
    expect(read.map(({ settledNanoUsd }) => settledNanoUsd)).toEqual(
      own.map(({ settledNanoUsd }) => settledNanoUsd),
    );
    expect((await checkLedger(process.deps.ledger)).violations).toEqual([]);
  });
});

describe('a request is decided by a read', () => {
  const readsOf = async (process: Process, over: object = {}): Promise<number> => {
    const calls = await process.callsOf(() => process.ask(over));
    return calls.filter((name) => name === 'read ledger').length;
  };

  it('if remembered budgets have room for less than sixteen requests like it', async () => {
    const { process } = await warmProcess();
    expect(await readsOf(process, { inputTokens: 6_000 * 6 - 5_000 })).toBe(0);
    expect(await readsOf(process, { inputTokens: 6_000 * 7 - 5_000 })).toBe(1);
  });

  it('if its user was not seen before, or the period is new', async () => {
    const { clock, process } = await warmProcess();
    expect(await readsOf(process, { userId: 'bob' })).toBeGreaterThan(0);
    clock.nowMs = Date.parse('2026-11-21T23:59:59.500Z');
    await reserved(process);
    expect(await readsOf(process)).toBe(0);
    clock.nowMs += 500;
    expect((await reserved(process)).entry.balances).toContain('user/ada/daily/2026-11-22');
  });

  it('or by its wallet, if a budget lends', async () => {
    const { clock, process } = await warmProcess();
    await process.put(ORGANIZATION, { mode: 'escrow' });
    clock.nowMs += 2_000;
    await reserved(process);
    expect((await reserved(process)).entry.wallet).toBeDefined();
  });
});

describe('what another process has changed since', () => {
  it('is seen when it has used the room up', async () => {
    const { process, startProcess } = await warmProcess();
    const other = startProcess();
    await reserved(other, { inputTokens: 6_000 * 98 - 5_000 });
    await reserved(process);
    expect(await process.ask()).toMatchObject({ kind: 'reject' });
    expect((await checkLedger(process.deps.ledger)).violations).toEqual([]);
  });

  it.each<[string, SettingsChange]>([
    ['a lower limit', { limitNanoUsd: EACH }],
    ['no more requests', { countLimits: { requests: 0 } }],
    ['too few tokens', { countLimits: { tokens: 10 } }],
  ])('decides: %s', async (_, settings) => {
    const { process, startProcess } = await warmProcess();
    await startProcess().put(ADA, settings);
    expect(await process.ask()).toMatchObject({
      kind: 'reject',
      deciding: { budget: { scopeId: 'ada' } },
    });
  });

  it('decides: a budget enforces', async () => {
    const { clock, process, startProcess } = await warmProcess();
    await process.put(ADA, { enforcement: 'observe', countLimits: { requests: 40 } });
    clock.nowMs += 2_000;
    await reserved(process);
    const other = startProcess();
    await other.put(ADA, { enforcement: 'enforce', countLimits: { requests: 1 } });
    expect(await process.ask()).toMatchObject({ kind: 'reject', unit: 'requests' });
  });

  it('decides: a budget of requests limits money too', async () => {
    const { clock, process, startProcess } = await warmProcess();
    await process.put(ADA, { limitNanoUsd: null, countLimits: { requests: 40 } });
    clock.nowMs += 2_000;
    await reserved(process);
    await startProcess().put(ADA, { limitNanoUsd: EACH });
    expect(await process.ask()).toMatchObject({ kind: 'reject', unit: 'usd' });
  });
});
