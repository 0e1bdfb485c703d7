import type { Entry } from '../../domain/ledger/entry.ts';
import type { StreamFailure } from '../../contracts/stream-failure.ts';
import { pagesOf } from '../../tables/query-all.ts';
import {
  reasonOf,
  type StoredSuspenseItem,
  type SuspenseStore,
} from '../../tables/suspense-items.ts';
import { type Recount, type RecountDeps, recountEntry, recountLedger } from './recount-ledger.ts';

export type RedriveDeps = RecountDeps & {
  suspense: Pick<SuspenseStore, 'scan' | 'add' | 'remove'>;
  /** Closes a reservation that is past its expiry. @throws Error saying why it cannot */
  expire: (entry: Entry) => Promise<void>;
};

/** `gone`: the ledger has no such entry any more, so nothing is left to do. */
export type RedriveOutcome =
  { kind: 'done'; recorded: number } | { kind: 'gone' } | { kind: 'failed'; reason: string };

/** Everything that is set apart. */
export async function listSuspense({ suspense }: RedriveDeps): Promise<StoredSuspenseItem[]> {
  const items: StoredSuspenseItem[] = [];
  for await (const page of pagesOf((startKey) => suspense.scan(startKey))) {
    items.push(...page.items);
  }
  return items;
}

/**
 * Does the work that was left undone on one item of the suspense account, and takes it out of there.
 * One that fails again stays, with the new reason.
 */
export async function redriveItem(
  deps: RedriveDeps,
  item: StoredSuspenseItem,
): Promise<RedriveOutcome> {
  const outcome = await redriven(deps, item);
  if (outcome.kind === 'failed') {
    await deps.suspense.add({ ...item, reason: outcome.reason }, deps.now());
  } else {
    await deps.suspense.remove(item);
  }
  return outcome;
}

async function redriven(deps: RedriveDeps, item: StoredSuspenseItem): Promise<RedriveOutcome> {
  try {
    if (item.work === 'expiry') {
      const [entry] = await deps.ledger.listEntries([item.entryKey]);
      if (!entry) return { kind: 'gone' };
      await deps.expire(entry);
      return { kind: 'done', recorded: 0 };
    }
    const { found, recorded, faults } = await recountEntry(deps, item.entryKey);
    if (!found) return { kind: 'gone' };
    const [fault] = faults;
    return fault ? { kind: 'failed', reason: fault.message } : { kind: 'done', recorded };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

/** Callers may date usage back so far, and a little more. */
const BACK_DATED_MS = 91 * 86_400_000;
const CLOCKS_MS = 300_000;

/**
 * Counts what some batches of the ledger's stream held. They are pointers into the stream, which
 * forgets after a day, so every entry that may have changed since the first of them is counted again.
 */
export function recountSince(
  deps: RecountDeps,
  failures: readonly StreamFailure[],
  onProgress: (entries: number) => void,
): Promise<Recount> {
  const sinceMs = Math.min(...failures.map(({ firstMs }) => firstMs)) - CLOCKS_MS;
  return recountLedger(deps, (entry) => mayHaveChangedSince(entry, sinceMs), true, onProgress);
}

function mayHaveChangedSince(entry: Entry, sinceMs: number): boolean {
  const { kind, occurredAtMs, closedAtMs = 0, corrections = [] } = entry;
  const lastMs = Math.max(occurredAtMs, closedAtMs, ...corrections.map(({ atMs }) => atMs));
  return lastMs >= (kind === 'charge' ? sinceMs - BACK_DATED_MS : sinceMs);
}
