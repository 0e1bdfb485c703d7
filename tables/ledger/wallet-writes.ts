import { parseBalanceName } from '../../domain/ledger/budget.ts';
import {
  changedWallet,
  closedRecord,
  type HomeMove,
  type Wallet,
  type WalletChange,
  type WalletRef,
} from '../../domain/ledger/wallet.ts';
import type { Attribute, Bindings, PutWrite, UpdateWrite } from '../dynamodb.ts';
import { type BalanceUse, usedSets } from './balance-writes.ts';
import { countUpdate } from './count-writes.ts';
import { balanceKey, keptUntilS } from './budget-items.ts';
import {
  borrowerItem,
  exactText,
  leaseAttribute,
  recordAttribute,
  walletItem,
  walletKey,
} from './wallet-items.ts';

/** Collects the parts of one update. Equal names share a placeholder. */
function updateParts() {
  const names = new Map<string, string>();
  const values: Attribute[] = [];
  return {
    sets: [] as string[],
    removes: [] as string[],
    conditions: [] as string[],
    bindings: (): Bindings => ({
      ...(names.size === 0
        ? {}
        : { names: Object.fromEntries([...names].map(([text, name]) => [name, text])) }),
      ...(values.length === 0
        ? {}
        : { values: Object.fromEntries(values.map((value, at) => [`:v${at}`, value])) }),
    }),
    name(text: string): string {
      const name = names.get(text) ?? `#n${names.size}`;
      names.set(text, name);
      return name;
    },
    value: (attribute: Attribute): string => `:v${values.push(attribute) - 1}`,
  };
}

/**
 * A wallet's change as one conditional write. It touches only what it changes, so changes of
 * different reservations do not conflict.
 * @param wallet the wallet as read; only decides between put and update
 */
export function walletWrite(
  table: string,
  organizationId: string,
  wallet: Wallet,
  change: WalletChange,
): PutWrite | UpdateWrite {
  if (!wallet.exists) {
    const item = walletItem(organizationId, changedWallet(wallet, change));
    return { kind: 'put', table, item, condition: 'attribute_not_exists(pk)' };
  }
  const parts = updateParts();
  addLeases(parts, change);
  addRecords(parts, change);
  const { sets, removes, conditions } = parts;
  return {
    kind: 'update',
    table,
    key: walletKey(organizationId, wallet.ref),
    update: [
      ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
      ...(removes.length > 0 ? [`REMOVE ${removes.join(', ')}`] : []),
    ].join(' '),
    condition: conditions.join(' AND '),
    ...parts.bindings(),
  };
}

type Parts = ReturnType<typeof updateParts>;

function addLeases(parts: Parts, { leases }: WalletChange): void {
  const { sets, removes, conditions } = parts;
  for (const lease of leases) {
    const path = `L.${parts.name(lease.name)}`;
    if (lease.kind === 'open') {
      sets.push(`${path} = ${parts.value(leaseAttribute({ ...lease, spentNanoUsd: 0n }))}`);
      conditions.push(`attribute_not_exists(${path})`);
    } else if (lease.kind === 'end') {
      removes.push(path);
      conditions.push(`${path}.i = ${parts.value(lease.was.idleNanoUsd)}`);
      conditions.push(`${path}.s = ${parts.value(lease.was.spentNanoUsd)}`);
    } else {
      addMove(parts, `${path}.i`, lease.idleBy);
      addMove(parts, `${path}.s`, lease.spentBy);
      if (lease.idleBy >= 0n && lease.spentBy >= 0n) conditions.push(`attribute_exists(${path})`);
    }
  }
}

/** Requires the amount before taking it. */
function addMove(parts: Parts, path: string, by: bigint): void {
  if (by === 0n) return;
  const size = parts.value(by < 0n ? -by : by);
  parts.sets.push(`${path} = ${path} ${by < 0n ? '-' : '+'} ${size}`);
  if (by < 0n) parts.conditions.push(`${path} >= ${size}`);
}

function addRecords(parts: Parts, { add, close, extend, prune, fence }: WalletChange): void {
  const { sets, removes, conditions } = parts;
  if (add) {
    const path = `O.${parts.name(add.entryId)}`;
    sets.push(`${path} = ${parts.value(recordAttribute(add.record))}`);
    conditions.push(
      `attribute_not_exists(${path})`,
      `f < ${parts.value(add.atMs)}`,
      `p = ${parts.value(add.prunes)}`,
    );
    if (add.count !== undefined) sets.push(`n = ${parts.value(add.count)}`);
  }
  if (close) {
    const path = `O.${parts.name(close.entryId)}`;
    const exact = exactText(close.open.exact);
    sets.push(`${path} = ${parts.value(recordAttribute(closedRecord(close)))}`);
    conditions.push(
      `${path}.a = ${parts.value(close.open.amountNanoUsd)}`,
      `attribute_not_exists(${path}.st)`,
      exact ? `${path}.x = ${parts.value(exact)}` : `attribute_not_exists(${path}.x)`,
    );
    if (close.closing.state === 'expired') {
      const { expiresAtMs } = close.open;
      conditions.push(
        expiresAtMs === undefined
          ? `attribute_not_exists(${path}.e)`
          : `${path}.e = ${parts.value(expiresAtMs)}`,
      );
    }
  }
  if (extend) {
    const path = `O.${parts.name(extend.entryId)}`;
    sets.push(`${path}.e = ${parts.value(extend.expiresAtMs)}`);
    conditions.push(`attribute_exists(${path})`, `attribute_not_exists(${path}.st)`);
  }
  for (const entryId of prune) removes.push(`O.${parts.name(entryId)}`);
  if (prune.length > 0) sets.push(`p = p + ${parts.value(1)}`);
  if (fence) {
    const at = parts.value(fence.atMs);
    sets.push(`f = ${at}`);
    conditions.push(`attribute_not_exists(O.${parts.name(fence.entryId)})`, `f < ${at}`);
  }
  if (conditions.length === 0) conditions.push('attribute_exists(pk)');
}

/** What a wallet's change does to a balance, as one conditional write. */
export function homeWrite(
  table: string,
  organizationId: string,
  move: HomeMove,
  use?: BalanceUse,
): UpdateWrite {
  const { name, neededNanoUsd, isBorrow, counts } = move;
  const ref = parseBalanceName(name);
  const used = usedSets(ref, use);
  const counting = countUpdate(counts);
  return {
    kind: 'update',
    table,
    key: balanceKey(organizationId, ref),
    update: `SET h = h + :h, r = r + :r, s = s + :s, t = t + :t${isBorrow ? ', b = b + :one, x = :no' : ''}${used.sets}${counting.sets}`,
    ...(used.names ? { names: used.names } : {}),
    condition:
      (neededNanoUsd === undefined ? 'attribute_exists(pk)' : 'h >= :needed') + counting.conditions,
    values: {
      ':h': move.headroomBy,
      ':r': move.reservedBy,
      ':s': move.settledBy,
      ':t': move.lentBy,
      ...(isBorrow ? { ':one': 1, ':no': false } : {}),
      ...(neededNanoUsd === undefined ? {} : { ':needed': neededNanoUsd }),
      ...used.values,
      ...counting.values,
    },
  };
}

/** Registers a wallet as a borrower of the balances on which a change opens leases. */
export const borrowerPuts = (
  { table, retentionDays }: { table: string; retentionDays: number },
  organizationId: string,
  ref: WalletRef,
  { leases, add }: WalletChange,
): PutWrite[] =>
  leases
    .filter(({ kind }) => kind === 'open')
    .map(({ name }) => ({
      kind: 'put',
      table,
      item: borrowerItem(organizationId, name, ref, keptUntilS(add?.atMs ?? 0, retentionDays)),
    }));
