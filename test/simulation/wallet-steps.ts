import { stores } from '../../composition/stores.ts';
import fc from 'fast-check';
import { type BalanceRef, balanceNameOf } from '../../domain/ledger/budget.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { planClose } from '../../domain/ledger/plan-close.ts';
import { broughtHome } from '../../domain/ledger/plan-hold.ts';
import {
  type HomeMove,
  noChange,
  type Wallet,
  type WalletChange,
  type WalletRecord,
} from '../../domain/ledger/wallet.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { AT_MS, entryOf, type LedgerStep, REFS, reservationId } from './ledger-steps.ts';

const WALLETS = [0, 1].map((lane) => ({ userId: 'ada', lane }));
const LANES: BalanceRef[] = REFS.flatMap((ref) => [ref, { ...ref, lane: 1 }]);

const number = fc.integer({ min: 0, max: 3 });
const amount = fc.constantFrom(0n, 1n, 2n, 6n);
const signed = fc.constantFrom(-6n, -1n, 0n, 0n, 1n, 2n);
const lane = fc.constantFrom(...WALLETS);
const balance = fc.constantFrom(...LANES);

const move: fc.Arbitrary<HomeMove> = fc
  .record({
    ref: balance,
    headroomBy: signed,
    reservedBy: signed,
    settledBy: signed,
    lentBy: signed,
    neededNanoUsd: fc.constantFrom(undefined, 0n, 2n, 9n),
    isBorrow: fc.constantFrom(undefined, true),
  })
  .map(({ ref, ...by }) => ({ name: balanceNameOf(ref), ...by }));

const balances = LANES.map(balanceNameOf);
/** A transaction cannot touch the same balance twice. */
const moves = fc.uniqueArray(move, { selector: ({ name }) => name, maxLength: 2 });

/** A change of one lease, as it is in the wallet just read or as it may have been. */
type LeasePart = (wallet: Wallet) => WalletChange['leases'];
const leasePart: fc.Arbitrary<LeasePart> = fc
  .tuple(
    fc.constantFrom(...balances),
    fc.constantFrom('move', 'move', 'move', 'open', 'end', 'stale'),
    signed,
    signed,
  )
  .map(([name, kind, idleBy, spentBy]) => (wallet) => {
    const was = wallet.leases.get(name);
    if (kind === 'open') return [{ kind, name, idleNanoUsd: idleBy < 0n ? 3n : idleBy }];
    if (kind === 'move') return was ? [{ kind, name, idleBy, spentBy }] : [];
    if (!was) return [];
    const seen = kind === 'end' ? was : { ...was, idleNanoUsd: was.idleNanoUsd + 1n };
    return [{ kind: 'end', name, was: seen }];
  });
const leaseParts = fc.array(leasePart, { maxLength: 2 }).map(
  (parts): LeasePart =>
    (wallet) =>
      parts
        .flatMap((part) => part(wallet))
        .filter(({ name }, at, all) => all.findIndex((item) => item.name === name) === at),
);

/** A change of records in the same write: at most one of each kind. */
type RecordPart = (
  organizationId: string,
  n: number,
  record: WalletRecord,
  prunes: number,
) => Partial<WalletChange>;
const RECORD_PARTS: RecordPart[] = [
  () => ({}),
  (org, n, record, prunes) => ({
    add: { entryId: reservationId(org, n), atMs: AT_MS + n, record, prunes },
  }),
  (org, n, open) => ({
    close: {
      entryId: reservationId(org, n),
      open,
      closing: {
        state: 'settled',
        chargedNanoUsd: 2n,
        closedAtMs: AT_MS,
        model: 'm',
        usage: NO_TOKENS,
        settlementDigest: 's',
        latencyMs: 1.5,
      },
    },
  }),
  (org, n) => ({ prune: [reservationId(org, n)] }),
  (org, n) => ({ fence: { entryId: reservationId(org, n), atMs: AT_MS + n } }),
];
const recordPart = fc.constantFrom(...RECORD_PARTS);

const entryIn = (organizationId: string, n: number, size: bigint): Entry => ({
  ...entryOf(organizationId, n, size, balances.slice(0, 2)),
  wallet: { lane: n % 2, exact: n === 3 ? [1] : [] },
});

const entryWrite = fc.constantFrom('none', 'none', 'put', 'put key', 'replace');

/** Stores differ on empty updates, and the application sends none. */
const isEmpty = ({ leases, add, close, prune, fence }: WalletChange): boolean =>
  leases.every((item) => item.kind === 'move' && item.idleBy === 0n && item.spentBy === 0n) &&
  prune.length === 0 &&
  !(add ?? close ?? fence);

/** Wallet changes as the application makes them, and the reads around them. */
export const walletStoreStep: fc.Arbitrary<LedgerStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.tuple(lane, number, amount, fc.boolean()),
        leaseParts,
        recordPart,
        moves,
        entryWrite,
      )
      .map(([[ref, n, size, isFirst], leases, record, parts, writing]) => ({
        name: `change ${ref.lane} ${n} ${size} ${parts.map(({ name }) => name).join()} ${isFirst} ${writing}`,
        async run(org: string, db: DynamoDb) {
          const { wallets } = stores(db);
          const read = await wallets.get(org, ref);
          const wallet = isFirst ? { ...read, exists: false } : read;
          const open = { amountNanoUsd: size, exact: n === 3 ? [1] : [] };
          const part = record(org, n, open, wallet.prunes + (size === 6n ? 1 : 0));
          const change = { ...noChange(), leases: leases(wallet), ...part };
          if (isEmpty(change)) return 'nothing to change';
          const entry = entryIn(org, n, size);
          const opaqueKey = writing === 'put key' ? `key${n % 2}` : undefined;
          const result = await (writing === 'none'
            ? wallets.change(org, wallet, change, { moves: parts })
            : wallets.changeWithEntry(org, wallet, change, {
                moves: parts,
                write: { kind: writing === 'replace' ? 'replace' : 'put', entry, opaqueKey },
              }));
          return [result, await wallets.getMany(org, WALLETS)];
        },
      })),
  },
  fc.tuple(number, amount, number).map(([n, size, charged]) => ({
    name: `close ${n} of ${size} at ${charged} as the application plans it`,
    async run(org: string, db: DynamoDb) {
      const { wallets } = stores(db);
      const after = {
        ...entryIn(org, n, size),
        chargedNanoUsd: BigInt(charged),
        closedAtMs: AT_MS,
      };
      const wallet = await wallets.get(org, { userId: 'ada', lane: n % 2 });
      const open: WalletRecord = { amountNanoUsd: size, exact: n === 3 ? [1] : [] };
      const has = (name: string): boolean => wallet.leases.has(name);
      const { change, moves: planned } = planClose({ ...after, state: 'voided' }, open, has);
      return wallets.change(org, { ...wallet, exists: true }, change, { moves: planned });
    },
  })),
  fc.tuple(number, amount, fc.option(number)).map(([n, size, key]) => ({
    name: `put ${n} ${size} key ${key}`,
    run: (org: string, db: DynamoDb) =>
      stores(db).ledger.put(entryIn(org, n, size), key === null ? undefined : `key${key}`),
  })),
  fc.tuple(number, fc.integer({ min: 1, max: 2 })).map(([n, version]) => ({
    name: `finish ${n} from version ${version}`,
    run(org: string, db: DynamoDb) {
      const before = { ...entryIn(org, n, 2n), version };
      const after: Entry = { ...before, state: 'voided', closedAtMs: AT_MS, version: version + 1 };
      return stores(db).ledger.finish(before, after);
    },
  })),
  fc.tuple(balance, fc.subarray(WALLETS, { minLength: 1 })).map(([ref, refs]) => ({
    name: `draw ${balanceNameOf(ref)} in from ${refs.length}`,
    async run(org: string, db: DynamoDb) {
      const { wallets } = stores(db);
      const name = balanceNameOf(ref);
      const walletList = await wallets.getMany(org, refs);
      const ends = walletList.flatMap((wallet) => {
        const was = wallet.leases.get(name);
        const leases: WalletChange['leases'] = was ? [{ kind: 'end', name, was }] : [];
        return was ? [{ wallet, change: { ...noChange(), leases } }] : [];
      });
      const first = ends[0]?.wallet.leases.get(name) ?? { idleNanoUsd: 0n, spentNanoUsd: 0n };
      return wallets.drawIn(org, ends, broughtHome(name, first));
    },
  })),
  fc.tuple(balance, fc.boolean()).map(([ref, isStale]) => ({
    name: `mark ${balanceNameOf(ref)} ${isStale}`,
    async run(org: string, db: DynamoDb) {
      const { budgets, wallets } = stores(db);
      const [read] = await budgets.readBalances(org, [ref]);
      if (!read) return 'not open';
      const lastBalance = isStale ? { ...read, borrows: read.borrows + 1 } : read;
      await wallets.markDrawnIn(org, { ref, balance: lastBalance });
      return budgets.readBalances(org, [ref]);
    },
  })),
  fc
    .tuple(balance, fc.shuffledSubarray(LANES, { minLength: 2 }), amount)
    .map(([to, refs, size]) => ({ to, size, from: refs.filter((ref) => ref !== to) }))
    .map(({ to, size, from }) => ({
      name: `level ${size} from ${from.length}`,
      run: (org: string, db: DynamoDb) =>
        stores(db).wallets.level(
          org,
          from.map((ref) => ({ ref, amountNanoUsd: size })),
          to,
        ),
    })),
  fc.tuple(balance, fc.uniqueArray(number, { minLength: 1 })).map(([ref, ns]) => ({
    name: `borrowers of ${balanceNameOf(ref)}, closed of ${ns.join()}`,
    async run(org: string, db: DynamoDb) {
      const { ledger, wallets } = stores(db);
      return [
        await wallets.listBorrowers(org, balanceNameOf(ref)),
        await ledger.listClosed(ns.map((n) => reservationId(org, n))),
        await stores(db).budgets.readBooks(org, REFS),
        await stores(db).budgets.readBalances(org, LANES),
        await stores(db).wallets.getMany(org, WALLETS.slice(0, 1)),
      ];
    },
  })),
);
