import { createHash } from 'node:crypto';
import type { Telemetry } from '../contracts/telemetry.ts';
import {
  type AuditEntry,
  type AuditHead,
  chained,
  type ChainedEntry,
  identityOf,
  placeText,
} from '../domain/audit/audit-entry.ts';
import { defineTable } from './definition.ts';
import {
  type Attribute,
  type DynamoDb,
  type Item,
  type Key,
  StoreUnavailableError,
} from './dynamodb.ts';

/**
 * Who changed what, append-only and chained by hashes: functions may get and put, never update or
 * delete. Access patterns: the head of one organization's chain; append an entry with its receipt;
 * the entries of a range of days, newest first; everything, for the check.
 *
 * `pk` is the organization, `sk` the place of an entry (`2026-11-21#000000007`) or `head`; receipts
 * are under `pk` `<organization>#receipts` by what makes a change the same. Items of other keys are
 * entries from before there was a chain.
 */
export const auditLogTable = defineTable({
  name: 'audit-log',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

const HEAD = 'head';
const RECEIPTS = '#receipts';
/** People change little, so that as many at once are a fault. */
const ATTEMPTS = 50;
const PAST_EVERY_DAY = '9999-12-31';

export type AuditLog = ReturnType<typeof createAuditLog>;

/** SHA-256 in hexadecimal, by which entries are chained. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @param witness is told the place and hash of everything written: what no table can take back */
export function createAuditLog(db: DynamoDb, witness?: Pick<Telemetry, 'info'>) {
  async function head(organizationId: string): Promise<AuditHead | undefined> {
    const key = { pk: organizationId, sk: HEAD };
    const item = await db.get({ table: auditLogTable.name, key, consistent: true });
    return item && parseHead(item);
  }

  return {
    /**
     * Appends an entry; repeating the same entry changes nothing.
     * @throws StoreUnavailableError when others append without end
     */
    async record(entry: AuditEntry): Promise<void> {
      const { organizationId } = entry;
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const last = await head(organizationId);
        const next = chained(entry, last, sha256);
        const result = await db.transact(writesOf(next, last));
        if (result.ok) {
          const { day, sequence, hash } = next;
          witness?.info('AUDIT_RECORDED', { organizationId, day, sequence, hash });
          return;
        }
        if (result.reasons[0]?.kind === 'condition') return;
      }
      throw new StoreUnavailableError('the audit log is being written by too many at once');
    },

    /** Entries of the days from `from` until before `to`, newest first. */
    async list(
      organizationId: string,
      range: { from?: string | undefined; to?: string | undefined },
      page: { limit: number; after?: string | undefined },
    ): Promise<{ entries: ChainedEntry[]; next: string | undefined }> {
      const { items, nextKey } = await db.query({
        table: auditLogTable.name,
        condition: 'pk = :pk AND sk BETWEEN :from AND :to',
        values: {
          ':pk': organizationId,
          ':from': range.from ?? '0',
          ':to': range.to ?? PAST_EVERY_DAY,
        },
        descending: true,
        limit: page.limit,
        startKey: page.after === undefined ? undefined : { pk: organizationId, sk: page.after },
      });
      return {
        entries: items.map(parseEntry),
        next: nextKey === undefined ? undefined : String(nextKey['sk']),
      };
    },

    /** The entries filed under one UTC day (`2026-11-21`), oldest first. */
    async listDay(organizationId: string, day: string): Promise<ChainedEntry[]> {
      const { items } = await db.query({
        table: auditLogTable.name,
        condition: 'pk = :pk AND begins_with(sk, :day)',
        values: { ':pk': organizationId, ':day': `${day}#` },
      });
      return items.map(parseEntry);
    },

    /** Everything there is, page by page; maintenance only. */
    scan: (startKey?: Key) => db.scan({ table: auditLogTable.name, startKey, consistent: true }),
  };
}

/** The receipt is first: its condition tells that the change is recorded. */
function writesOf(next: ChainedEntry, last: AuditHead | undefined) {
  const { organizationId, day, sequence, hash, previousHash, ...entry } = next;
  const place = { day, sequence, sha256: hash };
  const put = (item: Item, condition: string, values?: Record<string, Attribute>) => ({
    kind: 'put' as const,
    table: auditLogTable.name,
    item,
    condition,
    values,
  });
  const isNew = 'attribute_not_exists(pk)';
  const receipt = { pk: organizationId + RECEIPTS, sk: identityOf(next, sha256), ...place };
  const stored = {
    pk: organizationId,
    sk: placeText(next),
    organizationId,
    ...(entry as Record<string, Attribute | undefined>),
    ...place,
    previousSha256: previousHash,
  };
  const newHead = { pk: organizationId, sk: HEAD, ...place };
  return [
    put(receipt, isNew),
    put(stored, isNew),
    last ? put(newHead, 'sha256 = :previous', { ':previous': last.hash }) : put(newHead, isNew),
  ];
}

/** What an item of the table is, for the check; `undefined` for entries from before the chain. */
export function parseAuditItem(
  item: Item,
):
  | { organizationId: string; kind: 'entry'; key: string; entry: ChainedEntry }
  | { organizationId: string; kind: 'receipt' | 'head'; place: AuditHead }
  | undefined {
  const [pk, key] = [String(item['pk']), String(item['sk'])];
  if (pk.endsWith(RECEIPTS)) {
    const organizationId = pk.slice(0, -RECEIPTS.length);
    return { organizationId, kind: 'receipt', place: parseHead(item) };
  }
  if (pk.includes('#')) return undefined;
  if (key === HEAD) return { organizationId: pk, kind: 'head', place: parseHead(item) };
  return { organizationId: pk, kind: 'entry', key, entry: parseEntry(item) };
}

const parseHead = (item: Item): AuditHead => ({
  day: String(item['day']),
  sequence: Number(item['sequence']),
  hash: String(item['sha256']),
});

const parseEntry = (item: Item): ChainedEntry => ({
  organizationId: String(item['organizationId']),
  actor: String(item['actor']),
  action: String(item['action']),
  target: String(item['target']),
  before: item['before'],
  after: item['after'],
  atMs: Number(item['atMs']),
  ...parseHead(item),
  previousHash: String(item['previousSha256']),
});
