import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { sweepServices } from '../../composition/reservations.ts';
import { sweepBudgets } from '../../services/budgets/sweep-budgets.ts';
import { createRandom } from '../simulation/random.ts';
import { reservingOn } from '../support/reserving.ts';
import { testWorld } from '../support/world.ts';
import type { ClientSettings } from './chaos-options.ts';
import { openJournal } from './journal.ts';
import { broken } from './mutants.ts';
import { createNaiveLedger } from './naive-ledger.ts';
import { plansOf } from './plans.ts';
import { ask, noSpending, spend, type Spender } from './spender.ts';
import { createUnreliableStore, noFaults } from './unreliable-store.ts';

const SWEEP_EVERY_MS = 3_000;
const TELL_EVERY_MS = 250;

/** One of several client processes, any of which may be killed at any time. */
const settings = JSON.parse(process.argv[2] ?? '') as ClientSettings;
const { seed, endpoint, tablePrefix, holdMs, isNaive, journalFile, clients } = settings;
const random = createRandom(seed);
const faults = noFaults();
const counts = noSpending();
const store = createDynamoDb({ tablePrefix, client: localEndpoint(endpoint) });
const db = broken(createUnreliableStore(store, random, faults), settings.mutant);
const services = { ...reservingOn(db), holdMs };
const deps = isNaive ? { ...services, ledger: createNaiveLedger(services.ledger) } : services;
const sweeping = { ...deps, ...sweepServices(db, testWorld()) };
const stop = new AbortController();
const spender: Spender = {
  deps,
  random,
  counts,
  journal: openJournal(journalFile),
  plans: plansOf(settings),
  stopping: stop.signal,
};
// A killed process would not leave the next one what it compiled.
flushCompileCache();
const tell = (): void => void process.send?.({ counts, faults });

process.on('message', () => stop.abort());
process.on('disconnect', () => process.exit());
const telling = setInterval(tell, TELL_EVERY_MS);
await Promise.all([...Array.from({ length: clients }, repeatSpending), repeatSweeping()]);
clearInterval(telling);
tell();
process.disconnect();

async function repeatSpending(): Promise<void> {
  while (!stop.signal.aborted) await spend(spender);
}

async function repeatSweeping(): Promise<void> {
  while (!stop.signal.aborted) {
    const pauseMs = random.next() * 2 * SWEEP_EVERY_MS;
    await sleep(pauseMs, undefined, { signal: stop.signal }).catch(() => undefined);
    await ask(spender, () => sweepReservations(deps, Date.now()));
    await ask(spender, () => sweepBudgets(sweeping, Date.now()));
  }
}
