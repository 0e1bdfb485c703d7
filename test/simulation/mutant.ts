import type { StandingsReader } from '../../services/budgets/budget-standings.ts';
import type { OpenEntries } from '../../services/reservations/open-entries.ts';
import type { DynamoDb, TransactionWrite, UpdateWrite, Write } from '../../tables/dynamodb.ts';
import type { InstantStore } from './memory-store.ts';

export type View = { now: () => number; store: InstantStore };

/**
 * What a world has more of than usual. A rare fault is then found within a few seeds, whatever a
 * seed means after the next change. Numbers are probabilities.
 */
export type Emphasis = {
  /** A settlement names a model, which may be the reserved one. */
  namesModel?: number;
  /** A settlement comes after the hold has ended or was extended. */
  isLate?: number;
  /** A caller never closes its reservation after its AI call. */
  isForgotten?: number;
  /** Budgets limit requests or tokens. */
  isCounting?: true;
  /** Every shared budget lends. */
  isLending?: true;
  /** No shared budget lends. */
  isExact?: true;
  /** Every shared budget has lanes. */
  hasLanes?: true;
  /** Budgets have room for few requests. */
  isTight?: true;
  /** Budgets have room for many requests, so wallets hold on their own. */
  isPlentiful?: true;
  /** Agents open workflows. Worlds of other faults have none. */
  hasWorkflows?: true;
  /** All requests come at once. */
  isRushed?: true;
};

/** The protocol with one fault, which the simulation must detect. */
export type Mutant = {
  name: string;
  /** Tells the worlds of this fault from others. */
  emphasis?: Emphasis;
  /** The first seed that detected it when the simulation last changed, tried first to save time. */
  seed?: number;
  /** Sits between the services and the store. */
  store?: (db: DynamoDb, view: View) => DynamoDb;
  /** Sits between the services and what the process remembers of its reservations. */
  openEntries?: (entries: OpenEntries) => OpenEntries;
  /** Sits between the services and what the process reads and remembers of budgets. */
  standings?: (reader: StandingsReader) => StandingsReader;
  /** The time by which a process judges how old its memory of budgets is. */
  memoryClock?: (nowMs: number) => number;
  sweepAheadMs?: number;
};

/** A mutant that a real store can have, too: it needs nothing of the simulation but its clock. */
export type StoreMutant = Mutant & {
  store: (db: DynamoDb, view: Pick<View, 'now'>) => DynamoDb;
};

/** Rewrites the writes of transactions. */
export function rewriting(
  rewrite: (write: TransactionWrite) => TransactionWrite,
): (db: DynamoDb) => DynamoDb {
  return (db) => ({ ...db, transact: (writes) => db.transact(writes.map(rewrite)) });
}

/** Rewrites updates of wallets, alone or in a transaction. */
export function rewritingWallets(rewrite: (write: UpdateWrite) => UpdateWrite): Mutant['store'] {
  const changed = <Any extends TransactionWrite>(write: Any): Any | UpdateWrite =>
    isWalletUpdate(write) ? rewrite(write) : write;
  return (db) => ({
    ...db,
    write: (write) => db.write(changed<Write>(write)),
    transact: (writes) => db.transact(writes.map(changed)),
  });
}

/** An update with modified condition clauses. Drops bindings that are no longer used. */
export function withClauses(
  write: UpdateWrite,
  change: (clause: string) => string | undefined,
): UpdateWrite {
  const clauses = (write.condition ?? '').split(' AND ').flatMap((clause) => change(clause) ?? []);
  const condition = clauses.length > 0 ? clauses.join(' AND ') : 'attribute_exists(pk)';
  return bound({ ...write, condition });
}

/** Keeps only the bindings that an update uses. */
export function bound(write: UpdateWrite): UpdateWrite {
  const used = new Set(`${write.update} ${write.condition ?? ''}`.match(/[#:]\w+/g));
  const among = <Value>(all: Record<string, Value> = {}): Record<string, Value> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  return { ...write, names: among(write.names), values: among(write.values) };
}

export const isWalletUpdate = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && write.key['sk'] === 'wallet';

/** An update that closes or changes an entry. */
export const isEntryUpdate = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && /^#ver = :before\b/.test(write.condition ?? '');

export const isHomeUpdate = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && String(write.key['pk']).startsWith('budget#');

/** Whether writes change a budget, wherever its book is among them: the audit entry comes first. */
export const isBookChange = (writes: TransactionWrite[]): boolean =>
  writes.some((write) => write.kind === 'put' && write.item['sk'] === 'budgets');

/** Executes writes one at a time, so that others may interleave, and never rolls back. */
export async function oneByOne(
  db: DynamoDb,
  writes: TransactionWrite[],
): ReturnType<DynamoDb['transact']> {
  for (const [position, write] of writes.entries()) {
    if (write.kind === 'check') continue;
    const result = await db.write(write);
    if (result.ok) continue;
    return {
      ok: false,
      reasons: writes.map((_, other) => (other === position ? result.reason : { kind: 'none' })),
    };
  }
  return { ok: true };
}
