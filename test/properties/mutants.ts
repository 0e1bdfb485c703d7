import type { HomeMove } from '../../domain/ledger/wallet.ts';
import type { DynamoDb, TransactionWrite, Write } from '../../tables/dynamodb.ts';
import { isBookChange, isHomeUpdate, type View } from '../simulation/mutant.ts';
import { RULE_MUTANTS, SESSION_USE_MUTANT } from '../simulation/rule-mutants.ts';
import type { Process } from './process.ts';
import type { Mix } from './world.ts';

type Deps = Process['deps'];

/** The services with one fault, which a short sequence must reveal. */
export type Mutant = {
  name: string;
  /** The form of budgets that reveals it. */
  shownBy: Mix;
  store?: (db: DynamoDb, view: View) => DynamoDb;
  deps?: (deps: Deps, now: () => number) => Deps;
};

/** Faults of what operators set that the simulation knows too. */
const SHARED = [
  'budgets of tags apply to no request',
  'every week begins on a Monday',
  'a prepaid budget begins again with every day',
  'a session does not remember that it was used',
  'an override goes on after it has ended',
  'what leaves a period enters no other',
  'a new calendar begins at once',
];

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a reservation counts in the period of its arrival',
    shownBy: 'exact',
    deps: (deps, now) => ({
      ...deps,
      standings: {
        ...deps.standings,
        read: (organizationId, refs, _, options) =>
          deps.standings.read(organizationId, refs, now(), options),
      },
    }),
  },
  {
    name: 'a key may be used again once its reservation is closed',
    shownBy: 'exact',
    store: rewriting((write) =>
      write.kind === 'put' && write.item['k'] !== undefined
        ? { ...write, condition: 'attribute_not_exists(cls)' }
        : write,
    ),
  },
  {
    name: 'an opaque key is not remembered',
    shownBy: 'exact',
    store: (db) => ({
      ...db,
      transact: (writes) => db.transact(writes.filter((write) => !isKeyPut(write))),
    }),
  },
  {
    name: 'expiry gives the money back',
    shownBy: 'exact',
    store: rewriting((write) =>
      write.kind === 'update' && write.values?.[':st'] === 'expired'
        ? { ...write, values: { ...write.values, ':chg': 0n } }
        : write,
    ),
  },
  {
    name: 'a correction is not remembered',
    shownBy: 'exact',
    store: rewriting((write) =>
      write.kind === 'update' && write.values?.[':cor']
        ? { ...write, values: { ...write.values, ':cor': [] } }
        : write,
    ),
  },
  {
    name: 'what another model served stays with the reserved one',
    shownBy: 'exact',
    deps: (deps) => ({
      ...deps,
      standings: {
        ...deps.standings,
        read: async (organizationId, refs, atMs, options) => {
          const read = await deps.standings.read(organizationId, refs, atMs, options);
          return refs.every(({ scope }) => scope === 'model') ? { ...read, of: () => [] } : read;
        },
      },
    }),
  },
  {
    name: 'a void does not give requests and tokens back',
    shownBy: 'exact',
    store: rewriting(countingLess(({ qr, qs }) => qr === -1 && qs === 0)),
  },
  {
    name: 'tokens are settled at the most that a request may use',
    shownBy: 'exact',
    store: rewriting((write) => {
      if (write.kind !== 'update' || Number(write.values?.[':qs']) !== 1) return write;
      const { ':kr': held, ...values } = write.values ?? {};
      if (Number(held) >= 0) return write;
      return { ...write, values: { ...values, ':kr': held, ':ks': -Number(held), ':kh': 0 } };
    }),
  },
  {
    name: 'a new limit does not reach the period that is open',
    shownBy: 'exact',
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isBookChange(writes) ? writes.filter(({ kind }) => kind === 'put') : writes),
    }),
  },
  {
    name: 'a reset reaches no balance',
    shownBy: 'exact',
    store: (db) => ({
      ...db,
      transact: (writes) =>
        db.transact(isReset(writes) ? writes.filter((write) => !isHomeUpdate(write)) : writes),
    }),
  },
  {
    name: 'what other wallets have idle is not drawn in',
    shownBy: 'lanes',
    deps: (deps) => ({
      ...deps,
      wallets: { ...deps.wallets, listBorrowers: async () => ({ wallets: [] }) },
    }),
  },
  {
    name: 'lanes do not help each other',
    shownBy: 'lanes',
    deps: (deps) => ({ ...deps, wallets: { ...deps.wallets, level: async () => 'refused' } }),
  },
  {
    name: 'a wallet borrows what its home does not give',
    shownBy: 'escrow',
    deps: movingLess(({ isBorrow }) => isBorrow === true),
  },
  {
    name: 'an overrun is charged up to what was reserved',
    shownBy: 'escrow',
    deps: movingLess(({ headroomBy, reservedBy, lentBy }) =>
      [headroomBy < 0n, reservedBy === 0n, lentBy === 0n].every(Boolean),
    ),
  },
  ...[...RULE_MUTANTS, SESSION_USE_MUTANT]
    .filter(({ name }) => SHARED.includes(name))
    .map(({ name, store }): Mutant => ({
      name,
      shownBy: 'exact',
      store,
    })),
];

function rewriting(rewrite: <Any extends Write | TransactionWrite>(write: Any) => Any) {
  return (db: DynamoDb): DynamoDb => ({
    ...db,
    write: (write) => db.write(rewrite(write)),
    transact: (writes) => db.transact(writes.map(rewrite)),
  });
}

/** Leaves counters as they are in some updates. */
function countingLess(isLeftOut: (by: { qr: number; qs: number }) => boolean) {
  return <Any extends Write | TransactionWrite>(write: Any): Any => {
    if (write.kind !== 'update' || write.values?.[':qr'] === undefined) return write;
    const by = { qr: Number(write.values[':qr']), qs: Number(write.values[':qs']) };
    if (!isLeftOut(by)) return write;
    const none = Object.fromEntries(
      Object.keys(write.values)
        .filter((name) => /^:[qk][hrs]$/.test(name))
        .map((name) => [name, 0]),
    );
    return { ...write, values: { ...write.values, ...none } };
  };
}

/** Changes wallets but skips some balance moves. */
function movingLess(isLeftOut: (move: HomeMove) => boolean) {
  const left = (moves: HomeMove[]): HomeMove[] => moves.filter((move) => !isLeftOut(move));
  return (deps: Deps): Deps => ({
    ...deps,
    wallets: {
      ...deps.wallets,
      change: (organizationId, wallet, change, { moves }) =>
        deps.wallets.change(organizationId, wallet, change, { moves: left(moves) }),
      changeWithEntry: (organizationId, wallet, change, { moves, write }) =>
        deps.wallets.changeWithEntry(organizationId, wallet, change, { moves: left(moves), write }),
    },
  });
}

/** Whether writes reset a budget, according to their audit entry. */
const isReset = (writes: TransactionWrite[]): boolean =>
  writes.some((write) => write.kind === 'put' && write.item['action'] === 'reset.apply');

const isKeyPut = (write: TransactionWrite): boolean =>
  write.kind === 'put' && String(write.item['pk']).startsWith('key#');
