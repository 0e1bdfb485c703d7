import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { createAuditor } from '../simulation/auditor.ts';
import { CALM } from '../simulation/faulty-store.ts';
import { type Change, createMemoryStore } from '../simulation/memory-store.ts';
import type { Mutant } from '../simulation/mutants.ts';
import { createProcess } from '../simulation/process.ts';
import { createRandom } from '../simulation/random.ts';
import { createScheduler } from '../simulation/scheduler.ts';
import { ORGANIZATION } from '../simulation/world.ts';
import { createGatedStore, type Gate, keyText } from './gated-store.ts';

export const HOLD_MS = 120_000;
const SKEW_MS = 2_000;
const MINUTE_MS = 60_000;
/** Once a sweeper finds nothing due after its first run, more runs change nothing. */
const FINAL_SWEEPS = 3;

export type SmallWorld = ReturnType<typeof createSmallWorld>;
export type Client = ReturnType<SmallWorld['newClient']>;

/**
 * The real services over an in-memory store whose every call waits at a gate. The clock moves only
 * when a scenario says so, and every client has its own random source, so a client's behavior
 * depends only on the answers it gets.
 */
export function createSmallWorld(
  startMs: number,
  mutant: Mutant | undefined,
  isChanging: Gate['isChanging'],
) {
  let nowMs = startMs;
  const gate: Gate = { isOpen: true, steps: [], isChanging };
  const written = new Set<string>();
  const auditor = createAuditor({
    organizationId: ORGANIZATION,
    now: () => nowMs,
    skewMs: SKEW_MS,
  });
  const { store } = createMemoryStore(Object.values(TABLE_DEFINITIONS), {
    onCommit(changes) {
      if (!gate.isOpen) for (const change of changes) written.add(changedKey(change));
      auditor.onCommit(changes);
    },
  });
  // A pause only delays the next call, which waits at the gate anyway.
  const scheduler = { ...createScheduler(startMs), now: () => nowMs, sleep: async () => {} };
  let made = 0;

  function newClient(name: string, skewMs = 0) {
    const caller = { name, isAlive: true, calls: 0 };
    const db = createGatedStore(store, gate, caller);
    const random = createRandom((made += 1));
    // The simulation's own process, but with the gated store.
    const atGate: Mutant = {
      ...mutant,
      name: mutant?.name ?? 'none',
      store: (_, view) => mutant?.store?.(db, view) ?? db,
    };
    const surroundings = { random, scheduler, store, mutant: atGate, weather: () => CALM };
    const process = createProcess(surroundings, name, skewMs, HOLD_MS);
    return { name, caller, process, auditor, gate };
  }

  return {
    auditor,
    gate,
    newClient,
    now: () => nowMs,
    setClock: (ms: number): void => {
      nowMs = ms;
    },
    /** Keys that clients have written since the gate closed. */
    written: (): ReadonlySet<string> => written,

    /** Without further faults, a sweeper closes the rest and the ledger must add up. */
    async endCalmly(): Promise<void> {
      gate.isOpen = true;
      const end = newClient('end');
      nowMs += HOLD_MS + MINUTE_MS;
      for (let run = 0; run < FINAL_SWEEPS; run += 1) {
        await sweepReservations(end.process.deps, nowMs);
        nowMs += MINUTE_MS;
        if (auditor.openReservations().length === 0) break;
      }
      await expectSound(end);
    },

    /** The whole ledger, to compare the ends of schedules. */
    ending: (): string => store.scan({ table: 'ledger' }).items.map(lineOf).join('\n'),
  };
}

/** Nothing is open after the sweep, and the ledger adds up. */
async function expectSound({ auditor, process }: Client): Promise<void> {
  for (const { entryId } of auditor.openReservations()) {
    auditor.breaks('nothing is open after the sweep', entryId);
  }
  auditor.checkConservation();
  const report = await checkLedger(process.deps.ledger);
  for (const { balance, message } of report.violations) {
    auditor.breaks('the ledger check finds nothing', `${balance} ${message}`);
  }
}

const lineOf = (item: Item): string => JSON.stringify(item, (_, value: unknown) => asText(value));

/** JSON has no `bigint`. */
const asText = (value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

const changedKey = ({ table, before, after }: Change): string =>
  keyText({ table, key: after ?? before ?? {} });
