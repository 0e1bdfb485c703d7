import { type ChainedEntry, chainOf, CHAINS, placeText } from '../../domain/audit/audit-entry.ts';
import {
  type AuditFilter,
  byNewest,
  isAskedFor,
  placeAfter,
} from '../../domain/audit/newest-first.ts';
import { auditLogTable, chainKey, parseEntry, sha256 } from './items.ts';
import type { DynamoDb } from '../dynamodb.ts';

const PAST_EVERY_DAY = '9999-12-31';
const ENTRIES_PER_READ = 50;
/** How many entries one page examines, so that a filter without matches also ends. */
const MOST_ENTRIES_LOOKED_AT = 2_000;
const ENDED = '';

/** How far down each chain was read, by chain number; `''` means to its end. */
export type AuditPosition = readonly string[];

type Reading = {
  chain: number;
  waiting: ChainedEntry[];
  downTo: string | undefined;
  ended: boolean;
};

/** Reads an organization's chains as one list. */
export function createAuditPages(db: DynamoDb) {
  async function readOn(organizationId: string, filter: AuditFilter, reading: Reading) {
    const { chain, downTo } = reading;
    const pk = chainKey(organizationId, chain);
    const { items, nextKey } = await db.query({
      table: auditLogTable.name,
      condition: 'pk = :pk AND sk BETWEEN :from AND :to',
      values: { ':pk': pk, ':from': filter.from ?? '0', ':to': filter.to ?? PAST_EVERY_DAY },
      descending: true,
      limit: ENTRIES_PER_READ,
      startKey: downTo === undefined ? undefined : { pk, sk: downTo },
    });
    reading.waiting = items.map(parseEntry);
    reading.ended = nextKey === undefined;
    const [newest] = reading.waiting;
    // Entries appended while someone pages through belong before the first page.
    if (downTo === undefined) reading.downTo = newest ? placeAfter(newest) : ENDED;
  }

  return {
    /**
     * Entries that match a filter, newest first across all chains. A page can have fewer than
     * `limit` entries, or none, if it examined many. There are more as long as it has a `next`.
     */
    async list(
      organizationId: string,
      filter: AuditFilter,
      page: { limit: number; after?: AuditPosition | undefined },
    ): Promise<{ entries: ChainedEntry[]; next: AuditPosition | undefined }> {
      const readings = readingsOf(filter, page.after);
      const entries: ChainedEntry[] = [];
      for (let looked = 0; looked < MOST_ENTRIES_LOOKED_AT; looked += 1) {
        if (entries.length === page.limit) break;
        const empty = readings.filter(({ waiting, ended }) => waiting.length === 0 && !ended);
        await Promise.all(empty.map((reading) => readOn(organizationId, filter, reading)));
        const newest = readings
          .flatMap(({ waiting }) => waiting.slice(0, 1))
          .toSorted(byNewest)
          .at(0);
        if (!newest) break;
        const from = readings[newest.chain];
        if (!from) break;
        from.waiting.shift();
        from.downTo = placeText(newest);
        if (isAskedFor(newest, filter)) entries.push(newest);
      }
      const isOver = readings.every(({ waiting, ended }) => ended && waiting.length === 0);
      return { entries, next: isOver ? undefined : readings.map(positionOf) };
    },

    /** The entries of one UTC day (`2026-11-21`), oldest first. For tests and tools. */
    async listDay(organizationId: string, day: string): Promise<ChainedEntry[]> {
      const read = await Promise.all(
        Array.from({ length: CHAINS }, (_, chain) =>
          db.query({
            table: auditLogTable.name,
            condition: 'pk = :pk AND begins_with(sk, :day)',
            values: { ':pk': chainKey(organizationId, chain), ':day': `${day}#` },
            consistent: true,
          }),
        ),
      );
      return read.flatMap(({ items }) => items.map(parseEntry)).toSorted((a, b) => byNewest(b, a));
    },
  };
}

/** A target's changes are in its own chain or, from before there were several, in the first. */
function readingsOf({ target }: AuditFilter, after: AuditPosition | undefined): Reading[] {
  const chains = target === undefined ? undefined : [0, chainOf(target, sha256)];
  return Array.from({ length: CHAINS }, (_, chain) => {
    const downTo = chains?.includes(chain) === false ? ENDED : after?.[chain];
    return { chain, waiting: [], downTo, ended: downTo === ENDED };
  });
}

const positionOf = ({ downTo, waiting, ended }: Reading): string =>
  ended && waiting.length === 0 ? ENDED : (downTo ?? ENDED);
