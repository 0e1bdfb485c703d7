import { DELIVERIES } from '../../domain/ledger/delivery.ts';
import { DEVIATIONS } from '../../domain/ledger/deviation.ts';
import {
  type Closing,
  emptyWallet,
  type Lease,
  type Wallet,
  type WalletRecord,
  type WalletRef,
} from '../../domain/ledger/wallet.ts';
import {
  asMap,
  letters,
  list,
  mapOf,
  mapped,
  money,
  named,
  number,
  optional,
  present,
  text,
  words,
} from '../codec/attributes.ts';
import { type Decoded, fields } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { Attribute, Item } from '../dynamodb.ts';
import { answerRow } from '../codec/request-traits.ts';
import { countsList, PRICE_BASIS_LETTERS, savingRow } from './entry-items.ts';
import { type LedgerKey, parseKey } from './key.ts';
import { termsRow, usage } from './rate-items.ts';
import { ledgerTable } from './table.ts';

const WALLET = 'wallet';

export const walletKey = (organizationId: string, { userId, lane }: WalletRef): LedgerKey => ({
  pk: `wallet#${organizationId}#${walletId({ userId, lane })}`,
  sk: WALLET,
});

/** `ada#0`: identifies a wallet within its organization. */
export const walletId = ({ userId, lane }: WalletRef): string => `${userId}#${lane}`;

export function parseWalletId(id: string): WalletRef {
  const [userId = '', lane] = id.split('#');
  return { userId, lane: Number(lane) };
}

/** The partition that lists the wallets that have borrowed from a balance. */
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

const lease = fields({ idleNanoUsd: named('i', money), spentNanoUsd: named('s', money) });

/** Each position is one character, so a request may touch up to 36 budgets. */
const RADIX = 36;

/** Positions, stored as text so that a condition can compare them. Omitted when the list is empty. */
const exactPositions = mapped(
  optional(text),
  (stored): number[] => Array.from(stored ?? '', (digit) => parseInt(digit, RADIX)),
  (positions: readonly number[]) =>
    positions.length === 0 ? undefined : positions.map((each) => each.toString(RADIX)).join(''),
);

/** A closed record is larger than an open one, but only for a short time. */
const recordSpec = {
  amountNanoUsd: named('a', money),
  exact: named('x', exactPositions),
  expiresAtMs: named('e', optional(number)),
  state: named('st', optional(letters({ settled: 'S', voided: 'V', expired: 'X' }))),
  chargedNanoUsd: named('c', optional(money)),
  closedAtMs: named('cls', optional(number)),
  model: named('m', optional(text)),
  usage: named('u', optional(usage)),
  settlementDigest: named('d', optional(text)),
  latencyMs: named('l', optional(number)),
  quality: named('q', optional(number)),
  pricedNanoUsd: named('prc', optional(money)),
  reportedNanoUsd: named('rpt', optional(money)),
  priceBasis: named('pb', optional(letters(PRICE_BASIS_LETTERS))),
  unreadMembers: named('unr', optional(list(text))),
  delivery: named('dlv', optional(words(DELIVERIES))),
  terms: named('trm', optional(termsRow)),
  answer: named('ans', optional(answerRow)),
  saving: named('sav', optional(savingRow)),
  disputedNanoUsd: named('dsp', optional(money)),
  deviations: named('dev', optional(list(words(DEVIATIONS)))),
  disputedAtMs: named('dva', optional(number)),
  settledKeyId: named('kid', optional(text)),
  balances: named('bal', optional(list(text))),
  counts: named('n', optional(countsList)),
};

const walletRecord = mapped(
  fields(recordSpec),
  (stored): WalletRecord => ({
    amountNanoUsd: stored.amountNanoUsd,
    exact: stored.exact,
    ...(stored.expiresAtMs === undefined ? {} : { expiresAtMs: stored.expiresAtMs }),
    closing: parseClosing(stored),
  }),
  ({ closing, ...open }: WalletRecord) => ({ ...open, ...closing }),
);

/** Omitted while a user has one wallet. */
const walletCount = mapped(
  optional(number),
  (stored): number => stored ?? 1,
  (count: number) => (count === 1 ? undefined : count),
);

/** Names are short because every request pays for them. A wallet stays below 1 KB. */
export const walletCodec = itemCodec(ledgerTable, 'wallet', {
  fenceMs: named('f', number),
  prunes: named('p', number),
  count: named('n', walletCount),
  leases: named('L', mapOf(lease)),
  records: named('O', mapOf(walletRecord)),
});

export const walletItem = (organizationId: string, wallet: Wallet): Item => ({
  ...walletKey(organizationId, wallet.ref),
  ...walletCodec.encode(wallet),
});

export const parseWallet = (ref: WalletRef, item: Item | undefined): Wallet =>
  item ? { ref, ...walletCodec.decode(item), exists: true } : emptyWallet(ref);

/** A wallet with its organization, from a scanned item; `undefined` for any other item. */
export function parseScannedWallet(
  item: Item,
): { organizationId: string; wallet: Wallet } | undefined {
  const { pk, sk } = parseKey(item);
  if (sk !== WALLET) return undefined;
  const [, organizationId = '', userId = '', lane] = pk.split('#');
  return { organizationId, wallet: parseWallet({ userId, lane: Number(lane) }, item) };
}

export const leaseAttribute = (value: Lease): Item => asMap(lease.encode(value));
export const recordAttribute = (value: WalletRecord): Item => asMap(walletRecord.encode(value));
export const exactText = (positions: readonly number[]): Attribute | undefined =>
  exactPositions.encode(positions);

function parseClosing(stored: Decoded<typeof recordSpec>): Closing | undefined {
  const { state, closedAtMs, deviations, disputedNanoUsd, disputedAtMs, settledKeyId } = stored;
  if (state === undefined) return undefined;
  const closing = { state, chargedNanoUsd: present('c', stored.chargedNanoUsd), closedAtMs };
  if (state !== 'settled') return closing;
  const { pricedNanoUsd, reportedNanoUsd, priceBasis, unreadMembers, delivery } = stored;
  const { terms, answer, saving } = stored;
  const { model, usage: tokens, settlementDigest, latencyMs, quality, balances, counts } = stored;
  return {
    ...closing,
    model,
    usage: tokens,
    settlementDigest,
    latencyMs,
    quality,
    ...(pricedNanoUsd === undefined ? {} : { pricedNanoUsd }),
    ...(reportedNanoUsd === undefined ? {} : { reportedNanoUsd }),
    ...(priceBasis ? { priceBasis } : {}),
    ...(unreadMembers ? { unreadMembers } : {}),
    ...(delivery ? { delivery } : {}),
    ...(terms ? { terms } : {}),
    ...(answer ? { answer } : {}),
    ...(saving ? { saving } : {}),
    ...(deviations ? { deviations, disputedNanoUsd, disputedAtMs } : {}),
    ...(settledKeyId === undefined ? {} : { settledKeyId }),
    ...(balances ? { balances, ...(counts && { counts }) } : {}),
  };
}
