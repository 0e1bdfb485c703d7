import {
  type AuditHead,
  type ChainedEntry,
  type ChainHead,
  type Digest,
  genesisOf,
  hashOf,
  placeText,
} from './audit-entry.ts';

export type AuditFault = {
  organizationId: string;
  chain: number;
  day: string;
  place: string;
  message: string;
};

export type AuditReport = {
  organizations: number;
  chains: number;
  days: number;
  entries: number;
  /** In chain order. */
  faults: AuditFault[];
};

/** Dates of the days to report on; `to` is excluded. */
export type AuditRange = { from?: string | undefined; to?: string | undefined };

/** The place and hash of an entry, as remembered outside of it. */
export type AuditTrace = AuditHead & { kind: 'receipt' | 'head' | 'log' | 'later entry' };

type Link = AuditHead & { key: string; previousHash: string; isWhole: boolean };
type Chain = { organizationId: string; chain: number; links: Link[]; traces: AuditTrace[] };

const GONE: Record<AuditTrace['kind'], string> = {
  receipt: 'is missing or was replaced: its receipt does not match',
  head: 'is missing or was replaced: the head of the chain names it',
  log: 'is missing or was replaced: the log line written with it does not match',
  'later entry': 'is missing or was replaced: a later entry of another chain refers to it',
};

/** Collects stored entries and traces in any order, then reports what is wrong with each chain. */
export function createChainCheck(digest: Digest) {
  const chains = new Map<string, Chain>();

  function chainOf(organizationId: string, chain: number): Chain {
    const name = `${organizationId}#${chain}`;
    const namedChain = chains.get(name);
    if (namedChain) return namedChain;
    const made: Chain = { organizationId, chain, links: [], traces: [] };
    chains.set(name, made);
    return made;
  }

  function isSealed(entry: ChainedEntry): boolean {
    try {
      return hashOf(entry, digest) === entry.hash;
    } catch {
      // It contains something that could never have been written.
      return false;
    }
  }

  return {
    /**
     * @param place of the chain that the entry is stored in
     * @param key the place under which it is stored
     */
    addEntry(
      { organizationId, chain }: { organizationId: string; chain: number },
      key: string,
      entry: ChainedEntry,
    ): void {
      const isWhole =
        entry.organizationId === organizationId &&
        entry.chain === chain &&
        placeText(entry) === key &&
        isSealed(entry);
      const { day, sequence, hash, previousHash } = entry;
      const link = { key, day, sequence, hash, previousHash, isWhole };
      chainOf(organizationId, chain).links.push(link);
      // If an entry was altered, the heads it claims to have seen prove nothing.
      if (!isWhole) return;
      for (const { chain: other, ...head } of entry.seen) {
        chainOf(organizationId, other).traces.push({ ...head, kind: 'later entry' });
      }
    },

    addTrace(
      { organizationId, chain, ...head }: ChainHead & { organizationId: string },
      kind: AuditTrace['kind'],
    ): void {
      chainOf(organizationId, chain).traces.push({ ...head, kind });
    },

    report({ from = '', to = '9999-12-31' }: AuditRange = {}): AuditReport {
      const isInRange = ({ day }: { day: string }): boolean => day >= from && day < to;
      const all = [...chains.values()];
      const links = all.flatMap((chain) => chain.links.filter(isInRange));
      const days = all.flatMap(({ organizationId, links: own }) =>
        own.filter(isInRange).map(({ day }) => `${organizationId}#${day}`),
      );
      return {
        organizations: new Set(all.map(({ organizationId }) => organizationId)).size,
        chains: all.length,
        days: new Set(days).size,
        entries: links.length,
        faults: all.flatMap((chain) => faultsOf(chain, digest).filter(isInRange)),
      };
    },
  };
}

function faultsOf({ organizationId, chain, ...items }: Chain, digest: Digest): AuditFault[] {
  const faults: AuditFault[] = [];
  const links = items.links.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const kept = new Map(links.map((link) => [link.key, link.hash]));
  const received = new Set<string>();
  const told = new Set<string>();
  for (const trace of items.traces) {
    const place = placeText(trace);
    if (trace.kind === 'receipt') received.add(place);
    // Many later entries may refer to the same one, so report it once.
    if (kept.get(place) === trace.hash || told.has(`${trace.kind} ${place}`)) continue;
    told.add(`${trace.kind} ${place}`);
    faults.push({ organizationId, chain, day: trace.day, place, message: GONE[trace.kind] });
  }
  const genesis = genesisOf(organizationId, chain, digest);
  let before: Link | undefined;
  for (const link of links) {
    const message =
      faultOfLink(link, before, genesis) ??
      (received.has(link.key) ? undefined : 'has no receipt: the audit log did not write it');
    if (message !== undefined) {
      const { key: place } = link;
      faults.push({ organizationId, chain, day: place.slice(0, 10), place, message });
    }
    before = link;
  }
  return faults.toSorted((left, right) => (left.place < right.place ? -1 : 1));
}

function faultOfLink(link: Link, before: Link | undefined, genesis: string): string | undefined {
  if (!link.isWhole) return 'was altered: its hash does not match its fields and position';
  const expected = before?.day === link.day ? before.sequence + 1 : 1;
  if (link.sequence !== expected) return `follows a gap: number ${expected} is missing`;
  if (link.previousHash !== (before?.hash ?? genesis)) {
    return 'does not link to the previous entry, which is missing or was replaced';
  }
  return undefined;
}
