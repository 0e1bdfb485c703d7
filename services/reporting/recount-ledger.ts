import type { Entry } from '../../domain/ledger/entry.ts';
import { entryGap, possiblePostingIds } from '../../domain/ledger/entry-history.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { AnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import type { Item } from '../../tables/dynamodb.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import type { LedgerKey } from '../../tables/ledger/key.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { reasonOf } from '../../tables/suspense-items.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { tellLateChanges } from '../late-changes.ts';
import { type AggregationDeps, aggregatePostings } from './aggregate-postings.ts';
import { pagesOf } from '../../tables/query-all.ts';

export type RecountDeps = Omit<AggregationDeps, 'suspend' | 'usage'> & {
  ledger: Pick<LedgerStore, 'scan' | 'listEntries' | 'keyOf'>;
  usage: Pick<TokenUsageStore, 'record' | 'listRecorded'>;
  cache: Pick<AnalyticsCacheStore, 'countLateChange'>;
  pause: (ms: number) => Promise<void>;
};

/** A discrepancy in the ledger or in its usage records. */
export type RecountFault = { entry: string; message: string };

export type Recount = {
  entries: number;
  chargedNanoUsd: NanoUsd;
  /** Postings that are not recorded, or were not until now. */
  missing: Posting[];
  /** How many of them are recorded now. */
  recorded: number;
  faults: RecountFault[];
  /** UTC days on which an organization has entries, such as `2026-11-21 acme`. */
  days: Set<string>;
};

type Gap = { entry: Entry; missing: Posting[]; unexplainedNanoUsd: NanoUsd };

/** How many times, and how often, to look for a posting that may still be on its way. */
export const ARRIVAL = { looks: 12, pauseMs: 250 };

/**
 * Compares the ledger's entries with the usage records of their postings. With `apply`, records
 * missing postings and their sums, exactly once even if the stream delivers them at the same time.
 * Scans the whole table, because only that finds postings that left no trace elsewhere. Rechecks
 * missing postings for a few seconds, so that one still on its way is not reported.
 * @param accepts whether to check an entry
 * @param onProgress receives the number of entries read so far
 */
export async function recountLedger(
  deps: RecountDeps,
  accepts: (entry: Entry) => boolean,
  apply: boolean,
  onProgress: (entries: number) => void = () => {},
): Promise<Recount> {
  const recount: Recount = {
    entries: 0,
    chargedNanoUsd: 0n,
    missing: [],
    recorded: 0,
    faults: [],
    days: new Set(),
  };
  let gaps: Gap[] = [];
  for await (const { items } of pagesOf((startKey) => deps.ledger.scan(startKey))) {
    const entries = items.flatMap((item) => readEntry(item, recount)).filter(accepts);
    for (const { organizationId, occurredAtMs, chargedNanoUsd } of entries) {
      recount.days.add(`${dayOf(occurredAtMs)} ${organizationId}`);
      recount.chargedNanoUsd += chargedNanoUsd;
    }
    recount.entries += entries.length;
    gaps.push(...(await gapsOf(deps, entries)));
    onProgress(recount.entries);
  }
  if (apply) {
    recount.recorded = await close(deps, gaps, recount);
    gaps = await lookAgain(deps, gaps);
  } else {
    for (let attempt = 1; gaps.length > 0 && attempt < ARRIVAL.looks; attempt += 1) {
      await deps.pause(ARRIVAL.pauseMs);
      gaps = await lookAgain(deps, gaps);
    }
    recount.missing = gaps.flatMap(({ missing }) => missing);
    gaps = gaps.filter(({ missing }) => missing.length === 0);
  }
  recount.faults.push(...gaps.flatMap(faultsOf));
  return recount;
}

/**
 * Records the missing postings of one entry.
 * @returns what was missing, and what is still wrong with the entry
 */
export async function recountEntry(
  deps: RecountDeps,
  key: LedgerKey,
): Promise<{ exists: boolean; recorded: number; faults: RecountFault[] }> {
  const [entry] = await deps.ledger.listEntries([key]);
  if (!entry) return { exists: false, recorded: 0, faults: [] };
  const gaps = await gapsOf(deps, [entry]);
  const outcome = { missing: [], faults: [] as RecountFault[] };
  const recorded = await close(deps, gaps, outcome);
  const left = await gapsOf(deps, [entry]);
  return { exists: true, recorded, faults: [...outcome.faults, ...left.flatMap(faultsOf)] };
}

function readEntry(item: Item, { faults }: Recount): Entry[] {
  if (!isEntry(item)) return [];
  try {
    return [parseEntry(item)];
  } catch (error) {
    faults.push({ entry: `${String(item['pk'])} ${String(item['sk'])}`, message: reasonOf(error) });
    return [];
  }
}

/** The entries that do not match their records. */
async function gapsOf({ usage }: RecountDeps, entries: readonly Entry[]): Promise<Gap[]> {
  const places = entries.flatMap((entry) =>
    possiblePostingIds(entry).map((postingId) => ({ ...entry, postingId })),
  );
  const recorded = new Map(
    (await usage.listRecorded(places)).map((posting) => [idOf(posting), posting]),
  );
  return entries.flatMap((entry) => {
    const candidates = possiblePostingIds(entry).flatMap(
      (postingId) => recorded.get(idOf({ ...entry, postingId })) ?? [],
    );
    const gap = entryGap(entry, candidates);
    return gap.missing.length === 0 && gap.unexplainedNanoUsd === 0n ? [] : [{ entry, ...gap }];
  });
}

/** Charges of two organizations may share an ID. */
const idOf = ({ organizationId, postingId }: Pick<Posting, 'organizationId' | 'postingId'>) =>
  `${organizationId}#${postingId}`;

/**
 * Records missing postings and reports the ones it cannot record. @returns how many are now
 * recorded
 */
async function close(
  deps: RecountDeps,
  gaps: readonly Gap[],
  outcome: Pick<Recount, 'missing' | 'faults'>,
): Promise<number> {
  const missing = gaps.flatMap((gap) => gap.missing);
  outcome.missing.push(...missing);
  const suspend = async ({ entryId }: Posting, error: unknown): Promise<void> => {
    outcome.faults.push({ entry: entryId, message: reasonOf(error) });
  };
  const { suspended, unrecorded } = await aggregatePostings({ ...deps, suspend }, missing);
  const left = new Set([...suspended, ...unrecorded]);
  const recorded = missing.filter((posting) => !left.has(posting));
  await tellLateChanges(deps.cache, recorded, deps.now());
  return recorded.length;
}

async function lookAgain(deps: RecountDeps, gaps: readonly Gap[]): Promise<Gap[]> {
  const keys = gaps.map(({ entry }) => deps.ledger.keyOf(entry));
  const entries = await deps.ledger.listEntries(keys);
  return gapsOf(
    deps,
    entries.filter((entry) => entry !== undefined),
  );
}

const faultsOf = ({ entry, missing, unexplainedNanoUsd }: Gap): RecountFault[] => {
  const ids = missing.map(({ postingId }) => postingId);
  if (ids.length > 0) return [{ entry: entry.entryId, message: `lacks ${ids.join(', ')}` }];
  const message = `its usage records are ${unexplainedNanoUsd} nano-dollars short of it`;
  return [{ entry: entry.entryId, message }];
};
