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
  /** Closes an expired reservation. @throws Error saying why it cannot */
  expire: (entry: Entry) => Promise<void>;
};

/** `gone`: the ledger no longer has this entry, so there is nothing to do. */
export type RedriveOutcome =
  { kind: 'done'; recorded: number } | { kind: 'gone' } | { kind: 'failed'; reason: string };

/** Lists everything in the suspense account. */
export async function listSuspense({ suspense }: RedriveDeps): Promise<StoredSuspenseItem[]> {
  const items: StoredSuspenseItem[] = [];
  for await (const page of pagesOf((startKey) => suspense.scan(startKey))) {
    items.push(...page.items);
  }
  return items;
}

/**
 * Finishes the work on one item of the suspense account and removes it. If it fails again, it stays
 * with the new reason.
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
    const { exists, recorded, faults } = await recountEntry(deps, item.entryKey);
    if (!exists) return { kind: 'gone' };
    const [fault] = faults;
    return fault ? { kind: 'failed', reason: fault.message } : { kind: 'done', recorded };
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error) };
  }
}

/** Slightly more than how far callers may backdate usage. */
const BACK_DATED_MS = 91 * 86_400_000;
const CLOCKS_MS = 300_000;

/**
 * Counts the contents of failed ledger stream batches. The batches are pointers into the stream,
 * which keeps data for only a day, so this recounts every entry that may have changed since the
 * first of them.
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
