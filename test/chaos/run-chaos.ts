import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { budgetIdOf } from '../../domain/ledger/budget.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { createRandom, type Random } from '../simulation/random.ts';
import { reservingOn } from '../support/reserving.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { stored } from '../support/stored.ts';
import { type ChaosOptions, ORGANIZATION, TAG } from './chaos-options.ts';
import { type Fleet, startFleet } from './client-fleet.ts';
import { openJournal, readJournals } from './journal.ts';
import { judge, trueSpend, type Violation } from './judge.ts';
import { type KillableStore, startKillableStore } from './killable-store.ts';
import { changeLimits, createLimitChanges } from './limit-changes.ts';
import { broken } from './mutants.ts';
import { plansOf } from './plans.ts';
import { createUnreliableStore } from './unreliable-store.ts';
import { pagesOf } from '../../tables/query-all.ts';

export type ChaosResult = {
  counts: ReturnType<Fleet['counts']>;
  faults: ReturnType<Fleet['faults']>;
  clientKills: number;
  storeKills: number;
  limitChanges: number;
  overrides: number;
  /** Settled by another model than the reserved one. */
  moved: number;
  expired: number;
  /** The final state of the shared budget. */
  shared: { limitNanoUsd: bigint; settledNanoUsd: bigint; trulySpentNanoUsd: bigint };
  violations: Violation[];
};

type Tell = (elapsedSeconds: number, note: string) => void;

const STOP_WITHIN_MS = 15_000;
const LAST_SWEEPS = 10;

/**
 * Runs clients against the store with every fault, lets everything settle, and judges the result.
 */
export async function runChaos(options: ChaosOptions, onProgress: Tell): Promise<ChaosResult> {
  const store = await startKillableStore();
  try {
    return await runOn(store, options, onProgress);
  } finally {
    await store.close();
  }
}

async function runOn(
  store: KillableStore,
  options: ChaosOptions,
  onProgress: Tell,
): Promise<ChaosResult> {
  const random = createRandom(options.seed);
  const folder = join(store.folder, 'journals');
  mkdirSync(folder);
  const journal = openJournal(join(folder, 'limits'));
  const plans = plansOf(options);
  const [shared] = plans;
  const db = broken(store.db, options.mutant);
  const services = { ...reservingOn(db), holdMs: options.holdMs };
  const calm = createLimitChanges(services, journal, random);
  const overBadNetwork = reservingOn(createUnreliableStore(db, random));
  const changes = createLimitChanges(overBadNetwork, journal, random);
  await stored(store.db, createReportSettingsStore(store.db).tagsReplacement(ORGANIZATION, [TAG]));
  for (const plan of plans) await calm.first(plan, Math.ceil(options.clients / 2));
  await services.ledger.putSweptMinute(Math.floor((Date.now() - options.holdMs) / 60_000));

  const fleet = startFleet(options, store, folder, random);
  while (!fleet.isUp()) await sleep(100);
  const end = new AbortController();
  const storeKills = { count: 0 };
  const shaking = [
    every(options.clientKillSeconds, random, end.signal, () => fleet.killOne()),
    every(options.storeKillSeconds, random, end.signal, () => {
      if (store.kill()) storeKills.count += 1;
    }),
    ...(options.isNaive
      ? []
      : [changeLimits(plans, changes, calm, options, () => fleet.counts().granted)]),
    watch(fleet, options.seconds, end.signal, onProgress),
  ];
  await sleep(options.seconds * 1_000);
  end.abort();
  await Promise.all(shaking);
  onProgress(options.seconds, 'clients end what they are at');
  await fleet.stop(STOP_WITHIN_MS);

  onProgress(options.seconds, 'waiting for what is open to expire');
  await sleep(options.holdMs);
  const entries = await entriesAfterSweeps(services);

  onProgress(options.seconds, 'checking every balance and every entry');
  const lines = readJournals(folder);
  const report = await checkLedger(services.ledger);
  const { balance } = await calm.standing(shared);
  const failure = fleet.failure();
  return {
    counts: fleet.counts(),
    faults: fleet.faults(),
    clientKills: fleet.kills(),
    storeKills: storeKills.count,
    limitChanges: lines.filter(({ kind }) => kind === 'limit').length - plans.length,
    overrides: lines.filter(({ kind }) => kind === 'override').length,
    moved: lines.filter((line) => line.kind === 'settled' && line.model !== undefined).length,
    expired: [...entries.values()].filter(({ state }) => state === 'expired').length,
    shared: { ...balance, trulySpentNanoUsd: trueSpend(lines, budgetIdOf(shared)) },
    violations: [
      ...judge(plans, lines, entries),
      ...report.violations.map(({ balance: name, message }): Violation => ({
        law: 'conservation',
        facts: `${name}: ${message}`,
      })),
      ...(failure === undefined ? [] : [{ law: 'answers' as const, facts: failure }]),
    ],
  };
}

/** Sweeps until nothing is open, but at most `LAST_SWEEPS` times. */
async function entriesAfterSweeps(
  services: Parameters<typeof sweepReservations>[0],
): Promise<Map<string, Entry>> {
  let entries = await entriesOf(services.ledger);
  for (let sweep = 0; sweep < LAST_SWEEPS && isAnyOpen(entries); sweep += 1) {
    await sweepReservations(services, Date.now());
    entries = await entriesOf(services.ledger);
    if (isAnyOpen(entries)) await sleep(1_000);
  }
  return entries;
}

async function watch(
  fleet: Fleet,
  seconds: number,
  end: AbortSignal,
  onProgress: Tell,
): Promise<void> {
  for (let second = 0; second < seconds && !end.aborted; second += 1) {
    const { requests, granted, rejected } = fleet.counts();
    onProgress(second, `${requests} requests, ${granted} granted, ${rejected} rejected`);
    await sleep(1_000, undefined, { signal: end }).catch(() => undefined);
  }
}

async function entriesOf(ledger: LedgerStore): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const { items } of pagesOf((startKey) => ledger.scan(startKey))) {
    for (const item of items) {
      if (!isEntry(item)) continue;
      const entry = parseEntry(item);
      entries.set(entry.entryId, entry);
    }
  }
  return entries;
}

const isAnyOpen = (entries: Map<string, Entry>): boolean =>
  [...entries.values()].some(({ state }) => state === 'reserved');

/** Repeats until the end, at intervals that vary by up to half in either direction. */
async function every(
  seconds: number,
  random: Random,
  end: AbortSignal,
  step: () => void | Promise<void>,
): Promise<void> {
  for (;;) {
    const pauseMs = seconds * 1_000 * (0.5 + random.next());
    await sleep(pauseMs, undefined, { signal: end }).catch(() => undefined);
    if (end.aborted) return;
    await step();
  }
}
