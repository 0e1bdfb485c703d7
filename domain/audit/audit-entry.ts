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

/** Where an entry stands in its chain: the UTC day (`2026-11-21`) and, from 1, its number in that day. */
export type AuditPlace = { day: string; sequence: number };

/** The last entry of a chain, as the next one is linked to it. */
export type AuditHead = AuditPlace & { hash: string };

/** The head of one of an organization's chains. */
export type ChainHead = AuditHead & { chain: number };

/** An entry in its chain. */
export type ChainedEntry = AuditEntry &
  ChainHead & {
    previousHash: string;
    /** The heads of the organization's other chains when it was written. */
    seen: readonly ChainHead[];
  };

/** Hashes a text: SHA-256 in hexadecimal. */
export type Digest = (text: string) => string;

/**
 * Chains of one organization. Changes in different chains do not wait for each other. The first one
 * is the only one that organizations had before there were several.
 */
export const CHAINS = 8;

/** The chain that keeps the changes of a target, so that they stay in order. */
export const chainOf = (target: string, digest: Digest): number =>
  Number.parseInt(digest(target).slice(0, 8), 16) % CHAINS;

/** Links an entry to the head of its chain, or begins the chain. */
export function chained(entry: AuditEntry, heads: readonly ChainHead[], digest: Digest) {
  const chain = chainOf(entry.target, digest);
  const head = heads.find((item) => item.chain === chain);
  const ownDay = new Date(entry.atMs).toISOString().slice(0, 10);
  const isSameDay = head !== undefined && head.day >= ownDay;
  const unsealed = {
    ...entry,
    chain,
    day: isSameDay ? head.day : ownDay,
    sequence: isSameDay ? head.sequence + 1 : 1,
    previousHash: head?.hash ?? genesisOf(entry.organizationId, chain, digest),
    seen: heads.filter((item) => item.chain !== chain),
  };
  return { ...unsealed, hash: hashOf(unsealed, digest) } satisfies ChainedEntry;
}

/** Hash of every field of an entry but the hash itself; what entries did not have once is left out. */
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
      chain: entry.chain === 0 ? undefined : entry.chain,
      day: entry.day,
      sequence: entry.sequence,
      previousHash: entry.previousHash,
      seen: entry.seen.length === 0 ? undefined : entry.seen,
    }),
  );

/** What the first entry of a chain is linked to. */
export const genesisOf = (organizationId: string, chain: number, digest: Digest): string =>
  digest(canonicalText({ genesis: organizationId, chain: chain === 0 ? undefined : chain }));

/** Whether an entry says that everything stayed as it was, so that there is nothing to say. */
export const saysNothing = ({ before, after }: AuditEntry): boolean =>
  before !== undefined && after !== undefined && canonicalText(before) === canonicalText(after);

/** A place as text, in the order of the chain: `2026-11-21#000000007`. */
export const placeText = ({ day, sequence }: AuditPlace): string =>
  `${day}#${String(sequence).padStart(9, '0')}`;
