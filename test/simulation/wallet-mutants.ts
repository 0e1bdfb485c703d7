import type {
  Attribute,
  DynamoDb,
  Item,
  TransactionWrite,
  UpdateWrite,
} from '../../tables/dynamodb.ts';
import {
  bound,
  isHomeUpdate,
  isWalletUpdate,
  type Mutant,
  oneByOne,
  rewriting,
  rewritingWallets,
  withClauses,
} from './mutant.ts';

/** Faults of wallets, of their borrowing, and of lanes. */
export const WALLET_MUTANTS: readonly Mutant[] = [
  {
    name: 'a wallet holds what is not idle',
    seed: 2,
    store: rewritingWallets((write) =>
      withClauses(write, (clause) =>
        clause.replace(/^(L\.#\w+)\.i >= :\w+$/, 'attribute_exists($1)'),
      ),
    ),
  },
  {
    name: 'a wallet borrows what is not there',
    seed: 11,
    emphasis: { isLending: true, isRushed: true },
    store: rewriting((write) =>
      isHomeUpdate(write) && write.update.includes('b = b + :one')
        ? withClauses(write, () => undefined)
        : write,
    ),
  },
  {
    name: 'a wallet and its balances are written apart',
    seed: 1,
    store: (db) => ({
      ...db,
      transact: (writes) =>
        writes.some(isWalletUpdate) ? oneByOne(db, writes) : db.transact(writes),
    }),
  },
  {
    name: 'a record is added whether or not it is there',
    seed: 12,
    emphasis: { isLending: true, isPlentiful: true },
    store: rewritingWallets((write) =>
      isFence(write)
        ? write
        : withClauses(write, (clause) =>
            /^attribute_not_exists\(O\.#\w+\)$/.test(clause) ? undefined : clause,
          ),
    ),
  },
  {
    name: 'a record is closed whether or not it is open',
    seed: 1,
    store: rewritingWallets((write) =>
      withClauses(write, (clause) =>
        /^attribute_not_exists\(O\.#\w+\.st\)$/.test(clause) ? undefined : clause,
      ),
    ),
  },
  {
    name: 'a sweeper voids without a fence',
    seed: 30,
    emphasis: { isLending: true, isForgotten: 0.5 },
    store: (db) => ({
      ...db,
      write: (write) =>
        isFence(write) ? Promise.resolve({ ok: true, item: undefined }) : db.write(write),
    }),
  },
  {
    name: 'a lease is drawn in whatever it has become',
    seed: 1,
    store: rewritingWallets((write) =>
      withClauses(write, (clause) =>
        clause.replace(/^(L\.#\w+)\.[is] = :\w+$/, 'attribute_exists($1)'),
      ),
    ),
  },
  {
    name: 'a closed record is forgotten before its entry is closed',
    seed: 297,
    store: (db) => ({
      ...db,
      batchGet: async (keys, options) =>
        keys.length > 0 && keys.every(({ key }) => String(key['pk']).startsWith('reservation#'))
          ? keys.map(() => undefined)
          : db.batchGet(keys, options),
    }),
  },
  {
    name: 'a closed record forgets the budgets of the model that served',
    seed: 1,
    store: rewritingWallets((write) => ({
      ...write,
      values: Object.fromEntries(
        Object.entries(write.values ?? {}).map(([name, value]) => [name, withoutBalances(value)]),
      ),
    })),
  },
  {
    name: 'an entry is closed without its wallet',
    seed: 1,
    store: (db) => ({
      ...db,
      write: (write) =>
        closingIn(write) ? Promise.resolve({ ok: true, item: undefined }) : db.write(write),
      transact: (writes) =>
        writes.some(closingIn) ? Promise.resolve({ ok: true }) : db.transact(writes),
    }),
  },
  {
    name: 'a surplus is given back twice',
    seed: 1,
    store: rewritingWallets((write) => {
      const surplus = write.update.match(/\.i = L\.#\w+\.i \+ (:\w+)/)?.[1];
      if (!closingIn(write) || surplus === undefined) return write;
      const amount = write.values?.[surplus] as bigint;
      return { ...write, values: { ...write.values, [surplus]: 2n * amount } };
    }),
  },
  {
    name: 'what was spent above a reservation in a wallet is forgotten',
    seed: 1,
    store: closingTransactions((writes) =>
      writes.filter((write) => {
        if (!isHomeUpdate(write)) return true;
        const { ':h': headroom, ':r': reserved, ':t': lent } = write.values ?? {};
        return !(reserved === 0n && lent === 0n && (headroom as bigint) < 0n);
      }),
    ),
  },
  {
    name: 'what home holds is closed as if it were lent',
    seed: 1,
    store: closingTransactions((writes) =>
      writes.map((write) => {
        const { ':r': reserved, ':t': lent } = (isHomeUpdate(write) && write.values) || {};
        if (!isHomeUpdate(write) || typeof reserved !== 'bigint' || reserved >= 0n) return write;
        const values = { ...write.values, ':r': 0n, ':t': (lent as bigint) + reserved };
        return { ...write, values };
      }),
    ),
  },
  {
    name: 'expiry gives the money of wallets back',
    seed: 1,
    store: (db) => ({
      ...db,
      write: (write) => db.write(isExpiry(write) ? releasedEntry(write) : releasedWallet(write)),
      transact: (writes) =>
        db.transact(
          writes.some((write) => closingIn(write)?.['st'] === 'X')
            ? writes.map((write) => releasedHome(releasedWallet(write)))
            : writes,
        ),
    }),
  },
  {
    name: 'every lane opens with the whole limit',
    seed: 1,
    store: (db) => ({ ...db, transact: (writes) => db.transact(writes.map(wholeLane(writes))) }),
  },
  {
    name: 'lanes give what they do not have',
    seed: 33,
    store: rewriting((write) =>
      isHomeUpdate(write) && write.condition === 'h >= :taken'
        ? withClauses(write, () => undefined)
        : write,
    ),
  },
  {
    name: 'a lane is marked as drawn in though a wallet has borrowed since',
    seed: 3,
    emphasis: { isLending: true, hasLanes: true, isRushed: true },
    store: (db) => ({
      ...db,
      write: (write) =>
        db.write(
          write.kind === 'update' && write.condition === 'b = :borrows'
            ? withClauses(write, () => undefined)
            : write,
        ),
    }),
  },
];

/** Chance hits this too rarely: the hold must come between a sweeper's fence and its next write. */
export const HOLD_BELOW_FENCE: Mutant = {
  name: 'a hold does not heed the fence',
  store: rewritingWallets((write) =>
    isFence(write)
      ? write
      : withClauses(write, (clause) => (/^f < :\w+$/.test(clause) ? undefined : clause)),
  ),
};

const isFence = (write: TransactionWrite): boolean =>
  isWalletUpdate(write)
    ? /\bf = /.test(write.update)
    : write.kind === 'put' && write.item['sk'] === 'wallet' && write.item['f'] !== 0;

/** The closed record that a write puts into a wallet. */
function closingIn(write: TransactionWrite): Item | undefined {
  if (!isWalletUpdate(write)) return undefined;
  const isClosed = (value: Attribute | undefined): value is Item =>
    typeof value === 'object' && value !== null && 'st' in value && value.st !== undefined;
  return Object.values(write.values ?? {}).find(isClosed);
}

function closingTransactions(
  rewrite: (writes: TransactionWrite[]) => TransactionWrite[],
): (db: DynamoDb) => DynamoDb {
  return (db) => ({
    ...db,
    transact: (writes) => db.transact(writes.some(closingIn) ? rewrite(writes) : writes),
  });
}

const isExpiry = (write: TransactionWrite): write is UpdateWrite =>
  write.kind === 'update' && write.values?.[':st'] === 'expired';

const releasedEntry = (write: UpdateWrite): UpdateWrite => ({
  ...write,
  values: { ...write.values, ':chg': 0n },
});

/** Makes what an expiry charges to leases idle again. */
function releasedWallet<Any extends TransactionWrite>(write: Any): Any | UpdateWrite {
  const closing = closingIn(write);
  if (!isWalletUpdate(write) || closing?.['st'] !== 'X') return write;
  const values = Object.entries(write.values ?? {}).map(([name, value]) => [
    name,
    value === closing ? { ...closing, c: 0n } : value,
  ]);
  const update = write.update.replaceAll(/(L\.#\w+)\.s/g, '$1.i');
  return bound({ ...write, update, values: Object.fromEntries(values) });
}

function releasedHome(write: TransactionWrite): TransactionWrite {
  if (!isHomeUpdate(write)) return write;
  const values = write.values ?? {};
  return { ...write, values: { ...values, ':h': values[':s'] ?? 0n, ':s': 0n } };
}

/** Gives balances that a transaction opens the sum of all their limits. */
function wholeLane(writes: TransactionWrite[]): (write: TransactionWrite) => TransactionWrite {
  const isLane = (write: TransactionWrite): write is Extract<TransactionWrite, { kind: 'put' }> =>
    write.kind === 'put' && typeof write.item['l'] === 'bigint';
  const sum = writes.filter(isLane).reduce((all, { item }) => all + (item['l'] as bigint), 0n);
  return (write) => (isLane(write) ? { ...write, item: { ...write.item, l: sum, h: sum } } : write);
}

/** The attribute of a record without what it says of balances. */
function withoutBalances(value: Attribute): Attribute {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (value instanceof Uint8Array || !('bal' in value)) return value;
  const { bal: _, ...rest } = value;
  return rest;
}
