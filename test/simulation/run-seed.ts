import { type BudgetBook, lanesWanted } from '../../domain/ledger/budget.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { adjustBudget } from './adjusters.ts';
import { runAgent } from './agent.ts';
import { changeBudget, charge, drawBudgets, type Planned, sweep } from './administrators.ts';
import { changeDefaults, setRules } from './members.ts';
import type { Mutant } from './mutants.ts';
import { spend } from './spender.ts';
import { createWorld, ORGANIZATION, type World } from './world.ts';
import { putBook } from '../support/stored.ts';

export type SeedResult = {
  seed: number;
  /** The first law broken, and how. */
  violation: string | undefined;
  events: number;
  /** Digest of everything that happened, in order. */
  hash: string;
  /** The last events. */
  trail: string[];
  counts: World['auditor']['counts'];
  /** The largest share of a limit idle in wallets at the end. */
  idleShare: number;
};

const MINUTE_MS = 60_000;

/**
 * Runs one seed: about seventy AI requests with administrators, chargers and sweepers, under
 * faults; then a calm phase in which everything must finish.
 */
export async function runSeed(
  seed: number,
  mutant?: Mutant,
  onlyLaw?: string,
): Promise<SeedResult> {
  const world = createWorld(seed, mutant, onlyLaw);
  const { auditor, scheduler } = world;
  const isStopped = (): boolean => auditor.violations.length > 0;
  const failures: unknown[] = [];
  const start = (actor: Promise<unknown>): void =>
    void actor.catch((error) => failures.push(error));

  start(live(world));
  await scheduler.run(isStopped);
  if (!isStopped() && failures.length === 0) {
    start(endCalmly(world));
    await scheduler.run(isStopped);
  }
  if (failures.length > 0) throw failures[0];
  const { events, hash, trail } = scheduler.trace();
  const [violation] = auditor.violations;
  const idleShare = auditor.idleShare();
  return { seed, violation, events, hash, trail, counts: auditor.counts, idleShare };
}

function booksOf(planned: Planned[], atMs: number): BudgetBook[] {
  const books = new Map<string, BudgetBook>();
  for (const { target, settings } of planned) {
    const { period, scope, scopeId } = target;
    const name = `${scope}/${scopeId}`;
    const budget = { ...target, ...settings, createdAtMs: atMs, updatedAtMs: atMs };
    const book = books.get(name);
    const lanes = { ...book?.lanes, [period]: lanesWanted(budget) };
    books.set(name, { scope, scopeId, ...book, version: 1, [period]: budget, lanes });
  }
  return [...books.values()];
}

async function live(world: World): Promise<void> {
  const { random, scheduler, startMs, midnightMs, endMs, firstHoldMs, emphasis } = world;
  const planned = drawBudgets(world);
  const first = world.calmly();
  // Budgets of earlier periods, whose balances in this period are untouched.
  for (const book of booksOf(planned, startMs)) {
    await putBook(first.db, ORGANIZATION, book);
  }
  await setRules(world, first);
  // Sweepers have run before.
  await first.deps.ledger.putSweptMinute(Math.floor((startMs - firstHoldMs) / MINUTE_MS));
  world.storm();

  const at = (ms: number, actor: () => Promise<unknown>): void =>
    scheduler.after(ms, () => void actor());
  const lengthMs = endMs - startMs;
  // Many requests come at once, often around midnight.
  const rushShare = emphasis.isRushed ? 1 : random.pick([0.5, 0.5, 1]);
  const rushLastsMs = emphasis.isRushed ? 100 : random.pick([100, 2_000, 20_000]);
  const rushMs = random.chance(0.5)
    ? midnightMs - startMs - random.next() * rushLastsMs
    : random.next() * lengthMs;
  const requests = random.int(20, 90);
  for (let number = 1; number <= requests; number += 1) {
    const inRush = random.chance(rushShare);
    at(inRush ? rushMs + random.next() * rushLastsMs : random.next() * lengthMs, () =>
      spend(world, { name: `r${number}` }, () => sweep(world)),
    );
  }
  for (let run = world.hasWorkflows ? random.int(2, 10) : 0; run > 0; run -= 1) {
    const inRush = random.chance(rushShare);
    at(inRush ? rushMs + random.next() * rushLastsMs : random.next() * lengthMs, () =>
      runAgent(world, run, () => sweep(world)),
    );
  }
  const [plan, ...others] = planned;
  if (plan && random.chance(0.8)) {
    const changes = random.int(1, 16);
    // Many requests at once, often while differing clocks move to the new day one by one.
    const togetherMs = random.pick([rushMs, midnightMs - startMs - 2_000]);
    const lastsMs = random.pick([400, 4_000]);
    for (let change = 0; change < changes; change += 1) {
      const chosen = random.pick([plan, plan, ...others]);
      const ms = random.chance(0.7)
        ? togetherMs + random.next() * lastsMs
        : random.next() * lengthMs;
      at(ms, () => (random.chance(0.75) ? changeBudget : adjustBudget)(world, chosen));
    }
  }
  if (random.chance(0.3)) {
    for (let change = random.int(1, 5); change > 0; change -= 1) {
      at(random.next() * lengthMs, () => changeDefaults(world));
    }
  }
  if (random.chance(0.6)) {
    for (let batch = random.int(1, 8); batch > 0; batch -= 1) {
      at(random.next() * lengthMs, () => charge(world));
    }
  }
  for (let ms = random.next() * MINUTE_MS; ms < lengthMs; ms += MINUTE_MS) {
    at(ms, () => sweep(world));
    if (random.chance(0.3)) at(ms + random.next() * 500, () => sweep(world));
  }
}

/** Without further faults, sweepers close the rest, and the ledger must pass its own check too. */
async function endCalmly(world: World): Promise<void> {
  const { auditor, scheduler } = world;
  const process = world.calmly();
  await scheduler.sleep(world.lastHoldMs);
  for (let run = 0; run < 6; run += 1) {
    await sweepReservations(process.deps, process.now());
    await scheduler.sleep(MINUTE_MS);
  }
  for (const { entryId } of auditor.openReservations()) {
    auditor.breaks('nothing is open after the sweep', entryId);
  }
  auditor.checkConservation();
  const report = await checkLedger(process.deps.ledger);
  for (const { balance, message } of report.violations) {
    auditor.breaks('the ledger check finds nothing', `${balance} ${message}`);
  }
}
