import {
  type AuditHead,
  type ChainedEntry,
  type Digest,
  genesisOf,
  hashOf,
  placeText,
} from './audit-entry.ts';

export type AuditFault = { organizationId: string; day: string; place: string; message: string };

export type AuditReport = {
  organizations: number;
  days: number;
  entries: number;
  /** In the order of each chain. */
  faults: AuditFault[];
};

/** Days to report on, as dates; `to` is excluded. */
export type AuditRange = { from?: string | undefined; to?: string | undefined };

/** Where and with which hash an entry was written, as something beside it remembers. */
export type AuditTrace = AuditHead & { kind: 'receipt' | 'head' | 'log' };

type Link = AuditHead & { key: string; previousHash: string; isWhole: boolean };
type Chain = { links: Link[]; traces: AuditTrace[] };

const GONE: Record<AuditTrace['kind'], string> = {
  receipt: 'is gone or was replaced: its receipt is another',
  head: 'is gone or was replaced: the head of the chain names it',
  log: 'is gone or was replaced: the log of its writing is another',
};

/** Takes what is stored in any order, then tells what is wrong with every chain. */
export function createChainCheck(digest: Digest) {
  const chains = new Map<string, Chain>();

  function chainOf(organizationId: string): Chain {
    const known = chains.get(organizationId);
    if (known) return known;
    const chain: Chain = { links: [], traces: [] };
    chains.set(organizationId, chain);
    return chain;
  }

  function isSealed(entry: ChainedEntry): boolean {
    try {
      return hashOf(entry, digest) === entry.hash;
    } catch {
      // It holds what could never be written.
      return false;
    }
  }

  return {
    /** @param key the place under which the entry is stored */
    addEntry(organizationId: string, key: string, entry: ChainedEntry): void {
      const isWhole =
        entry.organizationId === organizationId && placeText(entry) === key && isSealed(entry);
      const { day, sequence, hash, previousHash } = entry;
      chainOf(organizationId).links.push({ key, day, sequence, hash, previousHash, isWhole });
    },

    addTrace(organizationId: string, trace: AuditTrace): void {
      chainOf(organizationId).traces.push(trace);
    },

    report({ from = '', to = '9999-12-31' }: AuditRange = {}): AuditReport {
      const isInRange = ({ day }: { day: string }): boolean => day >= from && day < to;
      const links = [...chains.values()].flatMap((chain) => chain.links.filter(isInRange));
      const faults = [...chains].flatMap(([organizationId, chain]) =>
        faultsOf(organizationId, chain, digest).filter(isInRange),
      );
      const days = [...chains].flatMap(([organizationId, chain]) =>
        chain.links.filter(isInRange).map(({ day }) => `${organizationId}#${day}`),
      );
      return {
        organizations: chains.size,
        days: new Set(days).size,
        entries: links.length,
        faults,
      };
    },
  };
}

function faultsOf(organizationId: string, chain: Chain, digest: Digest): AuditFault[] {
  const faults: AuditFault[] = [];
  const links = chain.links.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  const kept = new Map(links.map((link) => [link.key, link.hash]));
  const received = new Set<string>();
  for (const trace of chain.traces) {
    const place = placeText(trace);
    if (trace.kind === 'receipt') received.add(place);
    if (kept.get(place) === trace.hash) continue;
    faults.push({ organizationId, day: trace.day, place, message: GONE[trace.kind] });
  }
  let before: Link | undefined;
  for (const link of links) {
    const message =
      faultOfLink(link, before, genesisOf(organizationId, digest)) ??
      (received.has(link.key) ? undefined : 'has no receipt: it was not written by the audit log');
    if (message !== undefined) {
      faults.push({ organizationId, day: link.key.slice(0, 10), place: link.key, message });
    }
    before = link;
  }
  return faults.toSorted((left, right) => (left.place < right.place ? -1 : 1));
}

function faultOfLink(link: Link, before: Link | undefined, genesis: string): string | undefined {
  if (!link.isWhole) return 'was altered: its hash is not that of its fields and place';
  const expected = before?.day === link.day ? before.sequence + 1 : 1;
  if (link.sequence !== expected) return `follows a gap: number ${expected} is missing`;
  if (link.previousHash !== (before?.hash ?? genesis)) {
    return 'is not linked to the entry before it: that one is gone or was replaced';
  }
  return undefined;
}
