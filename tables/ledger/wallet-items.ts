import {
  type Closing,
  emptyWallet,
  type Lease,
  type Wallet,
  type WalletRecord,
  type WalletRef,
} from '../../domain/ledger/wallet.ts';
import type { Deviation } from '../../domain/ledger/deviation.ts';
import type { Attribute, Item } from '../dynamodb.ts';
import { storedMoney, type LedgerKey } from './key.ts';
import { parseUsage, usageAttribute } from './rate-items.ts';

const WALLET = 'wallet';
const STATES = { S: 'settled', V: 'voided', X: 'expired' } as const;
const LETTERS = { settled: 'S', voided: 'V', expired: 'X' } as const;

export const walletKey = (organizationId: string, { userId, lane }: WalletRef): LedgerKey => ({
  pk: `wallet#${organizationId}#${walletId({ userId, lane })}`,
  sk: WALLET,
});

/** `ada#0`: names a wallet within its organization. */
export const walletId = ({ userId, lane }: WalletRef): string => `${userId}#${lane}`;

export function parseWalletId(id: string): WalletRef {
  const [userId = '', lane] = id.split('#');
  return { userId, lane: Number(lane) };
}

/** Partition that lists the wallets which have borrowed from a balance. */
export const borrowersPartition = (organizationId: string, balanceName: string): string =>
  `borrowers#${organizationId}#${balanceName}`;

export const borrowerItem = (
  organizationId: string,
  balanceName: string,
  ref: WalletRef,
  ttlSeconds: number,
): Item => ({
  pk: borrowersPartition(organizationId, balanceName),
  sk: walletId(ref),
  ttl: ttlSeconds,
});

/** Names are short because they are paid for with every request: a wallet stays below 1 KB. */
export const walletItem = (organizationId: string, wallet: Wallet): Item => ({
  ...walletKey(organizationId, wallet.ref),
  f: wallet.fenceMs,
  p: wallet.prunes,
  L: Object.fromEntries([...wallet.leases].map(([name, lease]) => [name, leaseAttribute(lease)])),
  O: Object.fromEntries([...wallet.records].map(([id, record]) => [id, recordAttribute(record)])),
});

export function parseWallet(ref: WalletRef, item: Item | undefined): Wallet {
  if (!item) return emptyWallet(ref);
  const leases = Object.entries(item['L'] as Record<string, Item>);
  const records = Object.entries(item['O'] as Record<string, Item>);
  return {
    ref,
    leases: new Map(leases.map(([name, lease]) => [name, parseLease(lease)])),
    records: new Map(records.map(([id, record]) => [id, parseRecord(record)])),
    fenceMs: Number(item['f']),
    prunes: Number(item['p']),
    exists: true,
  };
}

/** A wallet with its organization, from an item met in a scan; `undefined` for any other item. */
export function parseScannedWallet(
  item: Item,
): { organizationId: string; wallet: Wallet } | undefined {
  if (item['sk'] !== WALLET) return undefined;
  const [, organizationId = '', userId = '', lane] = String(item['pk']).split('#');
  return { organizationId, wallet: parseWallet({ userId, lane: Number(lane) }, item) };
}

export const leaseAttribute = ({ idleNanoUsd, spentNanoUsd }: Lease): Attribute => ({
  i: idleNanoUsd,
  s: spentNanoUsd,
});

/** A closed record is larger than an open one, but not for long. */
export function recordAttribute({ amountNanoUsd, exact, closing }: WalletRecord): Attribute {
  const open = { a: amountNanoUsd, x: exactText(exact) };
  if (!closing) return open;
  const { usage } = closing;
  return {
    ...open,
    st: LETTERS[closing.state],
    c: closing.chargedNanoUsd,
    cls: closing.closedAtMs,
    m: closing.model,
    u: usage && usageAttribute(usage),
    d: closing.settlementDigest,
    l: closing.latencyMs,
    q: closing.quality,
    dsp: closing.disputedNanoUsd,
    dev: closing.deviations,
    dva: closing.disputedAtMs,
    kid: closing.settledKeyId,
  };
}

/** Positions as text, so that a condition can compare them; absent when there is none. */
export const exactText = (exact: number[]): string | undefined =>
  exact.length === 0 ? undefined : exact.join('');

const parseLease = (stored: Item): Lease => ({
  idleNanoUsd: storedMoney(stored['i']),
  spentNanoUsd: storedMoney(stored['s']),
});

function parseRecord(stored: Item): WalletRecord {
  const letter = stored['st'] as keyof typeof STATES | undefined;
  return {
    amountNanoUsd: storedMoney(stored['a']),
    exact: stored['x'] === undefined ? [] : Array.from(String(stored['x']), Number),
    closing: letter && parseClosing(stored, STATES[letter]),
  };
}

function parseClosing(stored: Item, state: Closing['state']): Closing {
  const closing = {
    state,
    chargedNanoUsd: storedMoney(stored['c']),
    closedAtMs: optionalNumber(stored['cls']),
  };
  if (state !== 'settled') return closing;
  return {
    ...closing,
    model: stored['m'] as string | undefined,
    usage: stored['u'] === undefined ? undefined : parseUsage(stored['u'] as bigint[]),
    settlementDigest: stored['d'] as string | undefined,
    latencyMs: optionalNumber(stored['l']),
    quality: optionalNumber(stored['q']),
    ...(stored['dev'] === undefined ? {} : parseDispute(stored)),
    ...(stored['kid'] === undefined ? {} : { settledKeyId: String(stored['kid']) }),
  };
}

const parseDispute = (stored: Item): Partial<Closing> => ({
  disputedNanoUsd: stored['dsp'] === undefined ? undefined : storedMoney(stored['dsp']),
  deviations: stored['dev'] as Deviation[],
  disputedAtMs: optionalNumber(stored['dva']),
});

const optionalNumber = (stored: unknown): number | undefined =>
  stored === undefined ? undefined : Number(stored);
