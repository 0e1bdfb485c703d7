import { textOfViolation, type Violation } from '../../domain/ledger/conservation.ts';
import {
  type ChangedBalance,
  type ChangedBalances,
  createChangedBalances,
  NOTHING_SETTLED,
  type SettledSum,
  sumOf,
} from '../../domain/ledger/settled-sums.ts';
import type { Checkpoint, RunningSumStore } from '../../tables/ledger/running-sums.ts';
import type { ChangeReader, TableChanges } from '../../tables/table-changes.ts';
import { secondsAfter } from '../../tables/time-to-live.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { idOf, idOfViolation, judgeBalances, type JudgeDeps } from './judge-balances.ts';
import { addChange } from './read-changes.ts';

export type CheckChangesDeps = Omit<JudgeDeps, 'sums'> & {
  sums: RunningSumStore;
  changes: TableChanges;
  /** Tells what was found, before the run notes where it stopped. */
  tell: (violations: readonly Violation[]) => Promise<void>;
  /** Waits before balances are read again. */
  pause: () => Promise<void>;
  retentionDays: number;
};

export type ChangesReport = {
  /** Balances that something concerned since the last run. */
  balances: number;
  /** How many of them are wrong, never stood still, or were left for lack of time. */
  unsettled: number;
  /** Whether changes were lost, so that sums begin with this run. */
  isRestarted: boolean;
  violations: Violation[];
};

/** A run ends well before the function's timeout of ten minutes. */
const READING_MS = 6 * 60_000;
const BUSY_MS = 11 * 60_000;
/** DynamoDB keeps changes for 24 hours. */
const STREAM_KEPT_MS = 23 * 3_600_000;
const ATTEMPTS = 3;
/** The checkpoint is one item, so it lists no more. The proof of the whole ledger finds the others. */
const MOST_UNSETTLED = 2_000;
const READS_AT_ONCE = 16;
/** A balance may be in use for as long as its budget is, and its entries are kept that long after. */
const KEPT_AFTER_DAYS = 400;

/**
 * Checks the conservation law in every balance that anything concerned since the last run, from the
 * ledger's stream. What closed entries of a balance add up to is kept as a running sum; open
 * reservations, wallets and balances are read. A balance is judged only if nothing concerned it
 * while they were read, and a fault is reported only if each of three attempts shows it. Faulty and
 * restless balances are checked again by the next run. If a violation cannot be told, the next run
 * finds it again.
 * @returns `undefined` while another run is under way
 */
export async function checkChanges(deps: CheckChangesDeps): Promise<ChangesReport | undefined> {
  const startedAtMs = deps.now();
  const busyUntilMs = startedAtMs + BUSY_MS;
  const stored = await deps.sums.begin(startedAtMs, busyUntilMs);
  if (!stored) return undefined;
  const isLost = stored.run > 0 && startedAtMs - stored.readAtMs > STREAM_KEPT_MS;
  const checkpoint = isLost ? { ...stored, epoch: stored.epoch + 1, positions: {} } : stored;
  const reader = deps.changes.open(checkpoint.positions);
  const changed = createChangedBalances();
  for (const id of stored.unsettled) touchById(changed, id);

  const damaged = await drain(deps, reader, changed, startedAtMs);
  const judged = await judgeAll(deps, { checkpoint, reader, changed, damaged, startedAtMs });
  await storeSums(deps, checkpoint, changed, judged);
  const violations = [...damaged, ...judged.violations];
  await deps.tell(violations);
  const all = changed.all();
  const unsettled = all.map(idOf).filter((id) => !judged.proven.has(id));
  await deps.sums.end(
    {
      ...checkpoint,
      run: checkpoint.run + 1,
      readAtMs: startedAtMs,
      positions: reader.positions(),
      unsettled: unsettled.slice(0, MOST_UNSETTLED),
    },
    busyUntilMs,
  );
  return {
    balances: all.length,
    unsettled: unsettled.length,
    isRestarted: isLost,
    violations,
  };
}

/** Reads the stream to its end, or until the run's time is up. */
async function drain(
  { now }: CheckChangesDeps,
  reader: ChangeReader,
  changed: ChangedBalances,
  startedAtMs: number,
): Promise<Violation[]> {
  const damaged: Violation[] = [];
  for await (const page of reader.pages()) {
    for (const change of page) {
      const violation = addChange(changed, change, startedAtMs);
      if (violation) damaged.push(violation);
    }
    if (now() - startedAtMs > READING_MS) break;
  }
  return damaged;
}

type Run = {
  checkpoint: Checkpoint;
  reader: ChangeReader;
  changed: ChangedBalances;
  damaged: Violation[];
  startedAtMs: number;
};

type Judgement = {
  proven: Set<string>;
  violations: Violation[];
  /** The sums at the checkpoint, by `balanceId`, and those that were taken for unknown ones. */
  kept: Map<string, SettledSum | undefined>;
  adopted: Map<string, SettledSum>;
};

/** Judges balances in up to three attempts, until each was right once. */
async function judgeAll(deps: CheckChangesDeps, run: Run): Promise<Judgement> {
  const { reader, changed, damaged, startedAtMs } = run;
  const proven = new Set<string>();
  const kept = new Map<string, SettledSum | undefined>();
  const adopted = new Map<string, SettledSum>();
  let violations: Violation[] = [];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    changed.takeTouched();
    const pending = changed.all().filter((each) => !proven.has(idOf(each)));
    if (pending.length === 0) return { proven, kept, adopted, violations: [] };
    if (deps.now() - startedAtMs > READING_MS) return { proven, kept, adopted, violations: [] };
    if (attempt > 1) await deps.pause();
    await readSums(deps, run.checkpoint, pending, kept);
    const opinion = await judgeBalances(deps, pending, (each) => settledOf(each, kept));
    if (!opinion) return { proven, kept, adopted, violations: [] };
    damaged.push(...(await drain(deps, reader, changed, startedAtMs)));
    const moved = changed.takeTouched();
    for (const id of moved) proven.delete(id);
    const standing = opinion.violations.filter((each) => !moved.has(idOfViolation(each)));
    const faulty = new Set(standing.map(idOfViolation));
    for (const id of pending.map(idOf)) {
      if (moved.has(id) || faulty.has(id)) continue;
      proven.add(id);
      const sum = opinion.adopted.get(id);
      if (sum) adopted.set(id, sum);
    }
    for (const id of moved) adopted.delete(id);
    const before = new Set(violations.map(textOfViolation));
    violations =
      attempt === 1 ? standing : standing.filter((each) => before.has(textOfViolation(each)));
  }
  return { proven, kept, adopted, violations };
}

/** Reads the sums of balances at the checkpoint, unless they were read before. */
async function readSums(
  { sums }: Pick<CheckChangesDeps, 'sums'>,
  checkpoint: Checkpoint,
  balances: readonly ChangedBalance[],
  kept: Map<string, SettledSum | undefined>,
): Promise<void> {
  const unread = balances.filter((each) => !kept.has(idOf(each)));
  const stored = await sums.listSums(checkpoint, unread);
  for (const [position, each] of unread.entries()) kept.set(idOf(each), stored[position]);
}

/** What closed entries of a balance add up to by now; `undefined` if that is not known. */
function settledOf(
  each: ChangedBalance,
  kept: ReadonlyMap<string, SettledSum | undefined>,
): SettledSum | undefined {
  const base = kept.get(idOf(each)) ?? (each.isOpened ? NOTHING_SETTLED : undefined);
  return base && sumOf(base, each.settledBy);
}

/** Stores the sums that have changed, before the checkpoint that they belong to. */
async function storeSums(
  { sums, now, retentionDays }: CheckChangesDeps,
  checkpoint: Checkpoint,
  changed: ChangedBalances,
  { kept, adopted }: Judgement,
): Promise<void> {
  await readSums({ sums }, checkpoint, changed.all(), kept);
  const ttlSeconds = secondsAfter(now(), retentionDays + KEPT_AFTER_DAYS);
  await mapConcurrently(changed.all(), READS_AT_ONCE, async (each) => {
    const { organizationId, name } = each;
    const before = kept.get(idOf(each));
    const sum = settledOf(each, kept) ?? adopted.get(idOf(each));
    if (!sum || (before && isNothing(each.settledBy))) return;
    await sums.putSum(checkpoint, { organizationId, name, sum }, before, ttlSeconds);
  });
}

const isNothing = ({ nanoUsd, requests, tokens }: SettledSum): boolean =>
  nanoUsd === 0n && requests === 0 && tokens === 0;

function touchById(changed: ChangedBalances, id: string): void {
  const end = id.indexOf('#');
  changed.touch(id.slice(0, end), id.slice(end + 1));
}
