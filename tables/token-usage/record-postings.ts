import type { Posting } from '../../domain/ledger/posting.ts';
import {
  type DayAddition,
  dayAdditionsOf,
  type DaySumKey,
  daySumText,
} from '../../domain/reporting/day-additions.ts';
import type { UsageShards } from '../../domain/reporting/usage-shards.ts';
import type { DynamoDb, Write } from '../dynamodb.ts';
import { positionOf } from '../posting-position.ts';
import { readMany } from '../read-many.ts';
import {
  additionWrite,
  digestOf,
  digestsIn,
  namesWrite,
  sumKey,
} from '../token-analytics/additions.ts';
import { valueOfKeyText } from '../token-analytics/keys.ts';
import {
  type OpenPosting,
  type StoredSum,
  sumCodec,
  tokenAnalyticsTable,
} from '../token-analytics/table.ts';
import { recordKeyAt, recordPut, tokenUsageTable } from './table.ts';

/**
 * `recorded`: everything is done; `postings` are those that were not recorded before. `conflict`:
 * someone else changed a sum meanwhile, so the rest is undecided.
 */
export type RecordingResult = { kind: 'recorded'; postings: Posting[] } | { kind: 'conflict' };

type Recording = {
  db: DynamoDb;
  shards: UsageShards;
  retentionDays: number;
  nowMs: number;
  /** Reads what other writers just wrote, as is needed after a conflict. */
  consistent: boolean;
};

/** One stored sum, and what is to be added to it. */
type SumChange = { stored: StoredSum | undefined; additions: readonly DayAddition[] };
type StoredSums = Map<string, StoredSum | undefined>;

const CONCURRENT_WRITES = 25;
/** With so many names, an organization's sum takes about a kilobyte. */
const MOST_NAMES_LEFT = 10;

/**
 * Adds postings to their sums and then stores their records, each posting once, although every
 * write stands alone.
 *
 * A sum is replaced on condition that it is still the version that was read, and it names the
 * postings that it includes until their records are stored. The organization's sum of the day comes
 * first: it lists its postings as open, with the tags that they count toward. The other sums of
 * that day list digests of those open postings that they include. A record comes last and proves
 * that every sum includes its posting.
 *
 * Therefore a repetition after a crash, or by someone else at the same time, adds nothing twice. A
 * posting with a record is left out. Without one, it is missing exactly in the sums that do not name
 * it, because a sum drops a name only after the record was stored. Records are looked up after the
 * sums were read, so a record is seen whenever a version that was read had dropped its name.
 */
export async function recordPostings(
  recording: Recording,
  postings: readonly Posting[],
): Promise<RecordingResult> {
  const { db, shards, retentionDays, nowMs } = recording;
  const sums: StoredSums = new Map();
  const read = (list: readonly Posting[]) => readSums(recording, list, sums);
  await read(postings);
  const tagged = withAgreedTags(postings, sums);
  await read(tagged);
  const recorded = await recordedAmong(recording, [...tagged.map(placeOf), ...openPlaces(sums)]);
  const pending = tagged.filter((posting) => !recorded.has(placeOf(posting)));

  const changes = changesOf(pending, sums, shards);
  const isTotal = ({ additions }: SumChange) => additions[0]?.dimension === 'organization';
  const totals = additionsToTotals(changes.filter(isTotal), recorded, nowMs);
  if (!(await areDone(db, totals.writes))) return { kind: 'conflict' };
  const others = changes.filter((change) => !isTotal(change));
  const writes = others.flatMap((change) => additionToOther(change, totals.listed, nowMs));
  if (!(await areDone(db, writes))) return { kind: 'conflict' };

  const puts = pending.map((posting) => recordPut(posting, retentionDays, shards));
  const stored = await inGroups(puts, (put) => db.write(put));
  // If a sum changed meanwhile, its next writer drops the names.
  await inGroups(namesToDrop(totals.listings, pending), (write) => db.write(write));
  return { kind: 'recorded', postings: pending.filter((_, index) => stored[index]?.ok === true) };
}

/** Reads the sums that the postings add to, if they were not read before. */
async function readSums(
  { db, shards, consistent }: Recording,
  postings: readonly Posting[],
  sums: StoredSums,
): Promise<void> {
  const unread = new Map(
    postings
      .flatMap((posting) => dayAdditionsOf(posting, shards))
      .map((addition) => [daySumText(addition), addition] as const)
      .filter(([text]) => !sums.has(text)),
  );
  const keys = [...unread.values()].map(sumKey);
  const items = await readMany(db, tokenAnalyticsTable.name, keys, { consistent });
  for (const [index, text] of [...unread.keys()].entries()) {
    const item = items[index];
    sums.set(text, item && sumCodec.decode(item));
  }
}

/** Postings with the tags that an earlier attempt decided on, if there was one. */
function withAgreedTags(postings: readonly Posting[], sums: StoredSums): Posting[] {
  const open = new Map(
    [...sums.values()].flatMap((stored) =>
      openIn(stored)
        // A sum of the day of booking does not decide.
        .filter(({ position }) => stored?.pk.split('#')[3] === position.slice(0, 10))
        .map(({ position, tags }) => [placeText(ownerOf(stored), position), { tags }] as const),
    ),
  );
  return postings.map((posting) => {
    const agreed = open.get(placeOf(posting));
    return agreed ? { ...posting, countedTags: agreed.tags } : posting;
  });
}

/** Additions by sum, in the order of the postings. */
function changesOf(
  postings: readonly Posting[],
  sums: StoredSums,
  shards: UsageShards,
): SumChange[] {
  const additions = postings.flatMap((posting) => dayAdditionsOf(posting, shards));
  return [...Map.groupBy(additions, daySumText)].map(([text, own]) => ({
    stored: sums.get(text),
    additions: own,
  }));
}

/** What an organization's sum lists after a write. */
type Listing = { key: DaySumKey; version: number; openPostings: readonly OpenPosting[] };

/**
 * Additions to organizations' sums.
 * @returns also the digests that each of them lists from then on, by the partition of other sums
 */
function additionsToTotals(
  changes: readonly SumChange[],
  recorded: ReadonlySet<string>,
  nowMs: number,
): { writes: Write[]; listed: Map<string, ReadonlySet<string>>; listings: Listing[] } {
  const listed = new Map<string, ReadonlySet<string>>();
  const listings: Listing[] = [];
  const writes = changes.flatMap(({ stored, additions }) => {
    const names = new Set(openIn(stored).map(({ position }) => position));
    const missing = additions.filter(({ posting }) => !names.has(positionOf(posting)));
    const [key] = missing;
    if (!key) return [];
    const openPostings = [
      ...openIn(stored).filter(
        ({ position }) => !recorded.has(placeText(key.organizationId, position)),
      ),
      ...missing.map(({ posting }) => ({
        position: positionOf(posting),
        tags: posting.countedTags,
      })),
    ];
    listed.set(ownerText(key), new Set(openPostings.map(({ position }) => digestOf(position))));
    listings.push({ key, version: (stored?.version ?? 0) + 1, openPostings });
    return [additionWrite(key, stored, { additions: missing, names: { openPostings }, nowMs })];
  });
  return { writes, listed, listings };
}

/** Drops long lists of names once their records are stored, so that readers do not pay for them. */
const namesToDrop = (listings: readonly Listing[], recorded: readonly Posting[]): Write[] => {
  const positions = new Set(recorded.map(positionOf));
  return listings
    .filter(({ openPostings }) => openPostings.length > MOST_NAMES_LEFT)
    .map(({ key, version, openPostings }) => {
      const rest = openPostings.filter(({ position }) => !positions.has(position));
      return namesWrite(key, version, { openPostings: rest });
    });
};

/** The addition to another sum. Drops names that the organization's sum no longer lists. */
function additionToOther(
  { stored, additions }: SumChange,
  listed: ReadonlyMap<string, ReadonlySet<string>>,
  nowMs: number,
): Write[] {
  const names = digestsIn(stored);
  const missing = additions.filter(({ posting }) => !names.includes(digestOf(positionOf(posting))));
  const [key] = missing;
  if (!key) return [];
  const current = listed.get(ownerText(key));
  const openDigests = [
    ...(current ? names.filter((digest) => current.has(digest)) : names),
    ...missing.map(({ posting }) => digestOf(positionOf(posting))),
  ];
  return [additionWrite(key, stored, { additions: missing, names: { openDigests }, nowMs })];
}

/** Which places have a record, of postings and of open ones that sums list. */
async function recordedAmong(
  { db, shards }: Recording,
  places: readonly string[],
): Promise<Set<string>> {
  const unique = [...new Set(places)];
  const keys = unique.map((place) => {
    const [organizationId, position] = JSON.parse(place) as [string, string];
    return recordKeyAt(organizationId, position, shards);
  });
  const items = await readMany(db, tokenUsageTable.name, keys, { consistent: true });
  return new Set(unique.filter((_, index) => items[index] !== undefined));
}

const openIn = (stored: StoredSum | undefined): readonly OpenPosting[] =>
  stored?.openPostings ?? [];

const openPlaces = (sums: StoredSums): string[] =>
  [...sums.values()].flatMap((stored) =>
    openIn(stored).map(({ position }) => placeText(ownerOf(stored), position)),
  );

/** The organization whose sum it is. */
const ownerOf = (stored: StoredSum | undefined): string => valueOfKeyText(stored?.sk ?? '');

const placeText = (organizationId: string, position: string): string =>
  JSON.stringify([organizationId, position]);

const placeOf = (posting: Posting): string =>
  placeText(posting.organizationId, positionOf(posting));

/** Sums with the same text have their open postings listed by the same organization's sum. */
const ownerText = ({ organizationId, day, shard }: DayAddition): string =>
  JSON.stringify([organizationId, day, shard]);

async function areDone(db: DynamoDb, writes: readonly Write[]): Promise<boolean> {
  const results = await inGroups(writes, (write) => db.write(write));
  return results.every(({ ok }) => ok);
}

async function inGroups<Input, Output>(
  inputs: readonly Input[],
  step: (input: Input) => Promise<Output>,
): Promise<Output[]> {
  const outputs: Output[] = [];
  for (let first = 0; first < inputs.length; first += CONCURRENT_WRITES) {
    outputs.push(...(await Promise.all(inputs.slice(first, first + CONCURRENT_WRITES).map(step))));
  }
  return outputs;
}
