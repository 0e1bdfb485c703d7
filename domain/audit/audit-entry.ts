import { canonicalText } from './canonical-text.ts';

/** One change by somebody. */
export type AuditEntry = {
  organizationId: string;
  /** Who: the id of the API key or the subject of the token. */
  actor: string;
  /** What, as `noun.verb`: `budget.put`. */
  action: string;
  /** On what: `user/ada/daily`. */
  target: string;
  before?: unknown;
  after?: unknown;
  atMs: number;
};

/** Where an entry stands: the UTC day (`2026-11-21`) and, from 1, its number in that day. */
export type AuditPlace = { day: string; sequence: number };

/** The last entry of a chain, as the next one is linked to it. */
export type AuditHead = AuditPlace & { hash: string };

/** An entry in its chain. */
export type ChainedEntry = AuditEntry & AuditHead & { previousHash: string };

/** Hashes a text: SHA-256 in hexadecimal. */
export type Digest = (text: string) => string;

/** Links an entry to the head of its organization's chain, or begins the chain. */
export function chained(
  entry: AuditEntry,
  head: AuditHead | undefined,
  digest: Digest,
): ChainedEntry {
  const ownDay = new Date(entry.atMs).toISOString().slice(0, 10);
  const isSameDay = head !== undefined && head.day >= ownDay;
  const place = {
    day: isSameDay ? head.day : ownDay,
    sequence: isSameDay ? head.sequence + 1 : 1,
  };
  const previousHash = head?.hash ?? genesisOf(entry.organizationId, digest);
  const unsealed = { ...entry, ...place, previousHash };
  return { ...unsealed, hash: hashOf(unsealed, digest) };
}

/** Hash of every field of an entry but the hash itself. */
export const hashOf = (entry: Omit<ChainedEntry, 'hash'>, digest: Digest): string =>
  digest(
    canonicalText({
      organizationId: entry.organizationId,
      actor: entry.actor,
      action: entry.action,
      target: entry.target,
      before: entry.before,
      after: entry.after,
      atMs: entry.atMs,
      day: entry.day,
      sequence: entry.sequence,
      previousHash: entry.previousHash,
    }),
  );

/** What the first entry of an organization is linked to. */
export const genesisOf = (organizationId: string, digest: Digest): string =>
  digest(canonicalText({ genesis: organizationId }));

/** What makes two records the same change: what was before may differ when one is repeated. */
export const identityOf = (
  { actor, action, target, after, atMs }: AuditEntry,
  digest: Digest,
): string => digest(canonicalText({ actor, action, target, after, atMs }));

/** A place as text, in the order of the chain: `2026-11-21#000000007`. */
export const placeText = ({ day, sequence }: AuditPlace): string =>
  `${day}#${String(sequence).padStart(9, '0')}`;
