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
import { WAKING_ACTIONS } from '../../domain/events/job-waking.ts';
import {
  anything,
  isMap,
  list,
  named,
  number,
  orElse,
  text,
  type Codec,
} from '../codec/attributes.ts';
import { fields } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { defineTable, type StreamFilter } from '../definition.ts';
import type { Item, PutWrite } from '../dynamodb.ts';

/**
 * Who changed what, append-only and chained by hashes. Functions may get and put, but never update
 * or delete. Access patterns: the heads of an organization's chains; append entries and their
 * receipts together with the change they describe; the entries of a chain for a range of days,
 * newest first; everything, for the check; follow new entries about budgets and ended
 * controls, by the stream.
 *
 * `pk` is the organization, with `#` and the chain number for all chains but the first. `sk` is an
 * entry's place (`2026-11-21#000000007`) or `head`. Receipts are under `pk` `<chain>#receipts`.
 * Items with other keys are entries from before the chain existed.
 */
export const auditLogTable = defineTable({
  name: 'audit-log',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  stream: true,
});

/** Entries about budgets, and others after which jobs may start. */
export const WAKING_ENTRIES: StreamFilter = { action: { S: [...WAKING_ACTIONS] } };

/**
 * Accepts any stored value, because the check compares hashes and can then say what was altered.
 */
const asText: Codec<string> = { ...text, decode: String };
const asNumber: Codec<number> = { ...number, decode: Number };

const place = { day: asText, sequence: asNumber };

/** The last entry of a chain, or the receipt of an entry. */
export const headCodec = itemCodec(auditLogTable, 'head', {
  ...place,
  hash: named('sha256', asText),
});

const seenHead = fields({ chain: asNumber, ...place, hash: asText });

/** Omitted for the first chain, which used to be the only one. */
const chainNumber: Codec<number> = {
  ...orElse(asNumber, 0),
  encode: (chain) => (chain === 0 ? undefined : chain),
};

const seenHeads: Codec<ChainHead[], readonly ChainHead[]> = {
  ...list(seenHead),
  isOptional: true,
  decode: (stored) =>
    Array.isArray(stored) ? stored.map((head) => seenHead.decode(isMap(head) ? head : {})) : [],
  encode: (heads) => (heads.length === 0 ? undefined : list(seenHead).encode(heads)),
};

export const entryCodec = itemCodec(auditLogTable, 'entry', {
  organizationId: asText,
  actor: asText,
  action: asText,
  target: asText,
  before: anything,
  after: anything,
  atMs: asNumber,
  chain: chainNumber,
  ...place,
  hash: named('sha256', asText),
  previousHash: named('previousSha256', asText),
  seen: seenHeads,
});

export const keyCodec = itemCodec(auditLogTable, 'any', { pk: text, sk: text });

export const HEAD = 'head';
const RECEIPTS = '#receipts';

/** SHA-256 in hexadecimal, used to chain entries. */
export const sha256 = (content: string): string =>
  createHash('sha256').update(content).digest('hex');

/** The partition of a chain. */
export const chainKey = (organizationId: string, chain: number): string =>
  chain === 0 ? organizationId : `${organizationId}#${chain}`;

type ReceiptKey = { pk: string; sk: string };

/** @param position of the entry within its change */
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
 * The puts that append entries to their chains. The first one is the first entry's receipt, whose
 * condition shows whether the change was recorded before.
 * @param heads of the chains as of the last read
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

const placeOf = (head: AuditHead): Item => headCodec.encode(head);

function entryItem(link: ChainedEntry): Item {
  return {
    pk: chainKey(link.organizationId, link.chain),
    sk: placeText(link),
    ...entryCodec.encode(link),
  };
}

/** `acme`, `acme#3`, `acme#receipts`, `acme#3#receipts`. */
const PARTITION = /^([^#]+)(?:#(\d))?(#receipts)?$/;

/** Identifies an item for the check; `undefined` for entries from before the chain existed. */
export function parseAuditItem(
  item: Item,
):
  | { organizationId: string; chain: number; kind: 'entry'; key: string; entry: ChainedEntry }
  | { organizationId: string; kind: 'receipt' | 'head'; place: ChainHead }
  | undefined {
  const key = keyCodec.decode(item);
  const [, organizationId, chainText = '0', receipts] = PARTITION.exec(key.pk) ?? [];
  const chain = Number(chainText);
  if (organizationId === undefined || chain >= CHAINS) return undefined;
  if (receipts) return { organizationId, kind: 'receipt', place: parseHead(chain, item) };
  if (key.sk === HEAD) return { organizationId, kind: 'head', place: parseHead(chain, item) };
  return { organizationId, chain, kind: 'entry', key: key.sk, entry: parseEntry(item) };
}

export const parseHead = (chain: number, item: Item): ChainHead => ({
  chain,
  ...headCodec.decode(item),
});

export function parseEntry(item: Item): ChainedEntry {
  const { chain, seen, ...entry } = entryCodec.decode(item);
  return { ...entry, chain, seen };
}
