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
/** Entries that one page looks at, so that a filter that nothing passes ends too. */
const MOST_ENTRIES_LOOKED_AT = 2_000;
const ENDED = '';

/** Down to where each chain was read, in order of their numbers; a chain is read no further at `''`. */
export type AuditPosition = readonly string[];

type Reading = {
  chain: number;
  waiting: ChainedEntry[];
  downTo: string | undefined;
  ended: boolean;
};

/** Reads the chains of an organization as the one list that people look at. */
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
    // What is appended while somebody turns pages belongs before the first of them.
    if (downTo === undefined) reading.downTo = newest ? placeAfter(newest) : ENDED;
  }

  return {
    /**
     * Entries that pass a filter, newest first over all chains. A page may have fewer than `limit`
     * entries, even none, where many were looked at; there are more as long as it has a `next`.
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

    /** The entries filed under one UTC day (`2026-11-21`), oldest first; for tests and tools. */
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

/** Changes of a target are in its own chain, and those from when there was one chain in the first. */
function readingsOf({ target }: AuditFilter, after: AuditPosition | undefined): Reading[] {
  const asked = target === undefined ? undefined : [0, chainOf(target, sha256)];
  return Array.from({ length: CHAINS }, (_, chain) => {
    const downTo = asked?.includes(chain) === false ? ENDED : after?.[chain];
    return { chain, waiting: [], downTo, ended: downTo === ENDED };
  });
}

const positionOf = ({ downTo, waiting, ended }: Reading): string =>
  ended && waiting.length === 0 ? ENDED : (downTo ?? ENDED);
