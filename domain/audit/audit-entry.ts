import { canonicalText } from './canonical-text.ts';

/** One change and who made it. */
export type AuditEntry = {
  organizationId: string;
  /** Who made the change: the id of an API key or the subject of a token. */
  actor: string;
  /** What was done, as `noun.verb`: `budget.put`. */
  action: string;
  /** What was changed: `user/ada/daily`. */
  target: string;
  before?: unknown;
  after?: unknown;
  atMs: number;
};

/**
 * An entry's place in its chain: the UTC day (`2026-11-21`) and its number within that day, from 1.
 */
export type AuditPlace = { day: string; sequence: number };

/** The last entry of a chain, which the next one links to. */
export type AuditHead = AuditPlace & { hash: string };

/** The head of one of an organization's chains. */
export type ChainHead = AuditHead & { chain: number };

/** An entry with its place and links in a chain. */
export type ChainedEntry = AuditEntry &
  ChainHead & {
    previousHash: string;
    /** The heads of the organization's other chains at the time of writing. */
    seen: readonly ChainHead[];
  };

/** Hashes a text: SHA-256 in hexadecimal. */
export type Digest = (text: string) => string;

/**
 * Chains per organization. Changes in different chains do not wait for each other. Organizations
 * that existed before there were several had only the first.
 */
export const CHAINS = 8;

/** The chain for a target's changes. It is always the same one, so they stay in order. */
export const chainOf = (target: string, digest: Digest): number =>
  Number.parseInt(digest(target).slice(0, 8), 16) % CHAINS;

/** Links an entry to the head of its chain, or starts the chain. */
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

/**
 * Hash of all fields of an entry except the hash itself. Leaves out fields that older entries did
 * not have.
 */
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

/** What the first entry of a chain links to. */
export const genesisOf = (organizationId: string, chain: number, digest: Digest): string =>
  digest(canonicalText({ genesis: organizationId, chain: chain === 0 ? undefined : chain }));

/** Whether an entry records no difference and need not be written. */
export const saysNothing = ({ before, after }: AuditEntry): boolean =>
  before !== undefined && after !== undefined && canonicalText(before) === canonicalText(after);

/** A place as text that sorts in chain order: `2026-11-21#000000007`. */
export const placeText = ({ day, sequence }: AuditPlace): string =>
  `${day}#${String(sequence).padStart(9, '0')}`;
