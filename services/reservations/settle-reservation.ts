import { createHash } from 'node:crypto';
import { ProblemError } from '../../contracts/problem.ts';
import { isReservationId, type SettleBody } from '../../contracts/reservations.ts';
import {
  type Entry,
  type EntryChange,
  settleEntry,
  type Settlement,
  voidEntry,
} from '../../domain/ledger/entry.ts';
import { NANO_PER_USD } from '../../domain/money.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import type { LedgerStore } from '../../tables/ledger.ts';
import type { WalletStore } from '../../tables/ledger-wallets.ts';
import { closeInWallet, isInWallet, type WalletEntry } from './close-in-wallet.ts';
import { type RetryDeps, withRetries } from '../retry-conflicts.ts';

export type CloseDeps = RetryDeps & { ledger: LedgerStore; wallets: WalletStore };

/** Prices a model that differs from the reserved one. @throws ProblemError `unknown-price` */
export type PriceModel = (model: string, entry: Entry) => Promise<Rate>;

/**
 * The reservation of an organization.
 * @throws ProblemError `not-found`, also for the reservations of others: they must not be guessable
 */
export async function findReservation(
  ledger: LedgerStore,
  organizationId: string,
  reservationId: string,
): Promise<Entry> {
  const entry = isReservationId(reservationId)
    ? await ledger.getReservation(reservationId)
    : undefined;
  if (entry?.organizationId !== organizationId) {
    throw noReservation();
  }
  return entry;
}

/** Settles a reservation at its actual cost, in full, once. */
export async function settleReservation(
  deps: CloseDeps & { priceModel: PriceModel },
  reserved: Entry,
  body: SettleBody,
  nowMs: number,
): Promise<Entry> {
  const model = body.model ?? reserved.model;
  const rate =
    model === reserved.model && reserved.rate
      ? reserved.rate
      : await deps.priceModel(model, reserved);
  const settlement: Settlement = {
    chargedNanoUsd: body.actualCostUsd ?? costOf(body.usage, rate),
    usage: body.usage,
    model,
    settlementDigest: digestOf(body),
    latencyMs: body.latencyMs,
    quality: body.quality,
  };
  const settled = await close(deps, reserved, (entry) => settleEntry(entry, settlement, nowMs));
  if (settled.version > reserved.version) {
    const { chargedNanoUsd, amountNanoUsd } = settled;
    deps.telemetry.metric('SettledUsd', usdNumber(chargedNanoUsd), { System: settled.system });
    if (chargedNanoUsd > amountNanoUsd) {
      const overrun = usdNumber(chargedNanoUsd - amountNanoUsd);
      deps.telemetry.metric('OverrunUsd', overrun, { System: settled.system });
    }
  }
  return settled;
}

/** Releases a reservation whose AI call was not made. */
export const voidReservation = (deps: CloseDeps, reserved: Entry, nowMs: number): Promise<Entry> =>
  close(deps, reserved, (entry) => voidEntry(entry, nowMs));

/**
 * Applies a change to an entry, from where it really stands, until it is done or refused.
 * @param ifUnheld what to do with an entry that was put but that its wallet has not held; the
 *   caller was never told to proceed, so by default there is no such reservation
 */
export async function close(
  deps: CloseDeps,
  read: Entry,
  change: (entry: Entry) => EntryChange,
  ifUnheld: (entry: WalletEntry) => Promise<Entry> = () => Promise.reject(noReservation()),
): Promise<Entry> {
  let entry = read;
  return withRetries(deps, async () => {
    for (;;) {
      const next = change(entry);
      if (next.kind === 'refused') throw refusal(next.reason);
      if (next.kind === 'repeat') return { done: next.entry };
      if (isInWallet(entry)) {
        const closing = await closeInWallet(deps, entry, next.entry);
        if (closing.kind === 'conflict') return 'conflict';
        if (closing.kind === 'closed') return { done: closing.entry };
        if (closing.kind === 'ended') {
          entry = closing.entry;
          continue;
        }
        const stored = await deps.ledger.getReservation(entry.entryId);
        if (stored && isInWallet(stored)) return { done: await ifUnheld(stored) };
        if (!stored) throw noReservation();
        entry = stored;
        continue;
      }
      const result = await deps.ledger.change(entry, next.entry, next.change);
      if (result.kind === 'done') return { done: next.entry };
      if (result.kind !== 'changed') return 'conflict';
      if (!result.entry)
        throw new ProblemError('not-found', 'the reservation is past its retention');
      entry = result.entry;
    }
  });
}

/** Nothing is told of reservations of others, nor of one that was never granted. */
export const noReservation = (): ProblemError =>
  new ProblemError('not-found', 'there is no reservation of this id');

function refusal(reason: Extract<EntryChange, { kind: 'refused' }>['reason']): ProblemError {
  const detail = {
    settled: 'the reservation is settled: it cannot be voided',
    voided: 'the reservation was voided: report what was spent as usage events (POST /v1/usage)',
    expired:
      'the reservation has expired and is presumed spent: settle it with the real usage, or with zero tokens if no call was made',
    'settled-differently': 'the reservation is settled with other figures',
  }[reason];
  return new ProblemError('conflict', detail);
}

const digestOf = (body: SettleBody): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        body.usage.inputTokens,
        body.usage.outputTokens,
        body.usage.cacheReadTokens,
        body.usage.cacheWriteTokens,
        body.model ?? null,
        body.actualCostUsd?.toString() ?? null,
        // Absent counts stay out, so that digests of settlements before them stay the same.
        ...furtherCounts(body.usage),
      ]),
    )
    .digest('base64url')
    .slice(0, 16);

const furtherCounts = ({ cacheWriteOneHourTokens, images, queries }: SettleBody['usage']) =>
  [cacheWriteOneHourTokens, images, queries].some((count) => count !== undefined)
    ? [cacheWriteOneHourTokens ?? null, images ?? null, queries ?? null]
    : [];

/** For metrics only: no amount is decided or stored from this. */
const usdNumber = (amount: bigint): number => Number(amount) / Number(NANO_PER_USD);
