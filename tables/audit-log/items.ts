import { createHash } from 'node:crypto';
import {
  type AuditEntry,
  type AuditHead,
  type ChainedEntry,
  type ChainHead,
  chainOf,
  CHAINS,
  placeText,
} from '../../domain/audit/audit-entry.ts';
import { defineTable } from '../definition.ts';
import type { Attribute, Item, PutWrite } from '../dynamodb.ts';

/**
 * Who changed what, append-only and chained by hashes: functions may get and put, never update or
 * delete. Access patterns: the heads of one organization's chains; append entries with their
 * receipts, together with the change that they tell of; the entries of a chain and a range of days,
 * newest first; everything, for the check.
 *
 * `pk` is the organization, with `#` and the number of the chain for all but the first; `sk` is the
 * place of an entry (`2026-11-21#000000007`) or `head`. Receipts are under `pk` `<chain>#receipts`.
 * Items of other keys are entries from before there was a chain.
 */
export const auditLogTable = defineTable({
  name: 'audit-log',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

export const HEAD = 'head';
const RECEIPTS = '#receipts';

/** SHA-256 in hexadecimal, by which entries are chained. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The partition of a chain. */
export const chainKey = (organizationId: string, chain: number): string =>
  chain === 0 ? organizationId : `${organizationId}#${chain}`;

type ReceiptKey = { pk: string; sk: string };

/** @param position of the entry among those of its change */
export const receiptKeyOf = (
  { organizationId, target }: Pick<AuditEntry, 'organizationId' | 'target'>,
  changeId: string,
  position: number,
): ReceiptKey => ({
  pk: chainKey(organizationId, chainOf(target, sha256)) + RECEIPTS,
  sk: position === 0 ? changeId : `${changeId}#${position}`,
});

export const headOf = ({ chain, day, sequence, hash }: ChainHead): ChainHead => ({
  chain,
  day,
  sequence,
  hash,
});

/**
 * The puts that append entries to their chains: the first is the receipt of the first entry, whose
 * condition tells that the change is recorded.
 * @param heads of the chains as they were read
 */
export function putsOf(
  links: readonly ChainedEntry[],
  heads: readonly ChainHead[],
  changeId: string,
): PutWrite[] {
  const last = new Map(links.map((next) => [next.chain, next]));
  return [
    ...links.map((next, position) =>
      newItem({ ...receiptKeyOf(next, changeId, position), ...placeOf(next) }),
    ),
    ...links.map((next) => newItem(entryItem(next))),
    ...[...last.values()].map((next) => {
      const pk = chainKey(next.organizationId, next.chain);
      const put = newItem({ pk, sk: HEAD, ...placeOf(next) });
      const before = heads.find(({ chain }) => chain === next.chain);
      return before
        ? { ...put, condition: 'sha256 = :previous', values: { ':previous': before.hash } }
        : put;
    }),
  ];
}

const newItem = (item: Item): PutWrite => ({
  kind: 'put',
  table: auditLogTable.name,
  item,
  condition: 'attribute_not_exists(pk)',
});

const placeOf = ({ day, sequence, hash }: AuditHead): Item => ({ day, sequence, sha256: hash });

function entryItem(link: ChainedEntry): Item {
  const { chain, day, sequence, hash, previousHash, seen, ...entry } = link;
  return {
    pk: chainKey(entry.organizationId, chain),
    sk: placeText(link),
    ...(entry as Record<string, Attribute | undefined>),
    ...placeOf({ day, sequence, hash }),
    previousSha256: previousHash,
    ...(chain === 0 ? {} : { chain }),
    ...(seen.length === 0 ? {} : { seen: seen.map((head) => ({ ...head })) }),
  };
}

/** `acme`, `acme#3`, `acme#receipts`, `acme#3#receipts`. */
const PARTITION = /^([^#]+)(?:#(\d))?(#receipts)?$/;

/** What an item of the table is, for the check; `undefined` for entries from before the chain. */
export function parseAuditItem(
  item: Item,
):
  | { organizationId: string; chain: number; kind: 'entry'; key: string; entry: ChainedEntry }
  | { organizationId: string; kind: 'receipt' | 'head'; place: ChainHead }
  | undefined {
  const [, organizationId, number = '0', receipts] = PARTITION.exec(String(item['pk'])) ?? [];
  const chain = Number(number);
  if (organizationId === undefined || chain >= CHAINS) return undefined;
  const key = String(item['sk']);
  if (receipts) return { organizationId, kind: 'receipt', place: parseHead(chain, item) };
  if (key === HEAD) return { organizationId, kind: 'head', place: parseHead(chain, item) };
  return { organizationId, chain, kind: 'entry', key, entry: parseEntry(item) };
}

export const parseHead = (chain: number, item: Item): ChainHead => ({
  chain,
  day: String(item['day']),
  sequence: Number(item['sequence']),
  hash: String(item['sha256']),
});

export const parseEntry = (item: Item): ChainedEntry => ({
  organizationId: String(item['organizationId']),
  actor: String(item['actor']),
  action: String(item['action']),
  target: String(item['target']),
  before: item['before'],
  after: item['after'],
  atMs: Number(item['atMs']),
  ...parseHead(Number(item['chain'] ?? 0), item),
  previousHash: String(item['previousSha256']),
  seen: seenIn(item['seen']),
});

/** Whatever is stored there, so that the check can say that it was altered. */
const seenIn = (stored: Attribute | undefined): ChainHead[] =>
  (Array.isArray(stored) ? stored : []).map((head) => {
    const { chain, day, sequence, hash } = head as Item;
    return {
      chain: Number(chain),
      day: String(day),
      sequence: Number(sequence),
      hash: String(hash),
    };
  });
