import { type Entry, type EntryState, expireEntry } from '../../domain/ledger/entry.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { reasonOf, type SuspenseItem, type SuspenseStore } from '../../tables/suspense-items.ts';
import { isPassing } from '../is-passing.ts';
import { voidUnheld } from './close-in-wallet.ts';
import { close, type CloseDeps } from './settle-reservation.ts';

export type SweepDeps = CloseDeps & { holdMs: number; suspense: Pick<SuspenseStore, 'add'> };

const MINUTE_MS = 60_000;
const MINUTES_PER_RUN = 240;

/**
 * Closes every expired reservation, minute by minute from where the last run stopped. Reservations
 * that were extended or have a hold time of their own are found by expiry. A run covers at most
 * four hours of minutes, oldest first, and the next one continues. Moves past a minute only when
 * nothing else in it is open. Sets aside a reservation that itself cannot be closed in the suspense
 * account, with an alarm, so that it blocks neither the others nor the sweep.
 * @returns how many were closed, and the minute before which nothing is open
 */
export async function sweepReservations(
  deps: SweepDeps,
  nowMs: number,
): Promise<{ expired: number; sweptMinute: number }> {
  const dueMinute = Math.floor((nowMs - deps.holdMs) / MINUTE_MS);
  const noted = await deps.ledger.getSweptMinute();
  // Raising the hold makes past minutes due again, because keys may now be older.
  const from = Math.min(noted ?? dueMinute - 60, dueMinute);
  const until = Math.min(dueMinute + 1, from + MINUTES_PER_RUN);
  let expired = 0;
  let firstOpen = until;
  let firstOverdue = until;
  for (let minute = from; minute < until; minute += 1) {
    const swept = await Promise.all(
      deps.ledger.shardsOfMinute(minute).map((shard) => sweepShard(deps, minute, shard, nowMs)),
    );
    expired += swept.reduce((sum, { closed }) => sum + closed, 0);
    if (swept.some(({ open }) => open > 0)) firstOpen = Math.min(firstOpen, minute);
    if (swept.some(({ overdue }) => overdue > 0)) firstOverdue = Math.min(firstOverdue, minute);
  }
  const own = await Promise.all(
    deps.ledger.holdShards().map((shard) => sweepOwnHolds(deps, shard, nowMs)),
  );
  expired += own.reduce((sum, closed) => sum + closed, 0);
  // The current minute is only partly due, so the next run reads it again.
  const sweptMinute = Math.min(firstOpen, dueMinute);
  if (sweptMinute !== noted) await deps.ledger.putSweptMinute(sweptMinute);
  deps.telemetry.metric('ReservationsExpired', expired);
  // A key may carry an earlier time than its reservation, which is then open but not yet due.
  const lagMinutes = dueMinute - Math.min(firstOverdue, dueMinute);
  deps.telemetry.metric('SweepLagSeconds', lagMinutes * 60);
  return { expired, sweptMinute };
}

/**
 * Closes reservations that have a hold time of their own, by expiry, and takes them off the list.
 * What cannot be closed now stays on it for the next run. What was extended is listed again by its
 * later end.
 * @returns how many were closed
 */
async function sweepOwnHolds(deps: SweepDeps, shard: number, nowMs: number): Promise<number> {
  const { ledger } = deps;
  let closed = 0;
  for await (const { holds } of pagesOf((startKey) =>
    ledger.listDueHolds(shard, nowMs, startKey),
  )) {
    for (const hold of holds) {
      const entry = await ledger.getReservation(hold.reservationId);
      const isOpen = entry?.state === 'reserved';
      const state = isOpen ? await stateAfter(deps, entry, nowMs) : entry?.state;
      if (isOpen && state === 'expired') closed += 1;
      const isListedLater = (entry?.expiresAtMs ?? 0) > hold.expiresAtMs;
      if (state !== 'reserved' || isListedLater) await ledger.removeHold(hold);
    }
  }
  return closed;
}

async function sweepShard(
  deps: SweepDeps,
  minute: number,
  shard: number,
  nowMs: number,
): Promise<{ closed: number; open: number; overdue: number }> {
  let closed = 0;
  let open = 0;
  let overdue = 0;
  const pages = pagesOf((startKey) => deps.ledger.listOpenReservations(minute, shard, startKey));
  for await (const page of pages) {
    for (const { error, ...whose } of page.unreadable) {
      await suspend(deps, whose, error, nowMs);
    }
    for (const entry of page.entries) {
      // The list of holds by expiry has it, and it may stay open all day.
      if (entry.isListedByExpiry) continue;
      const state = await stateAfter(deps, entry, nowMs);
      if (state === 'reserved') {
        open += 1;
        if ((entry.expiresAtMs ?? 0) <= nowMs) overdue += 1;
      } else if (state === 'expired') closed += 1;
    }
  }
  return { closed, open, overdue };
}

/**
 * Closes an expired reservation. `suspended` is not a reservation state: it means that closing
 * failed.
 */
async function stateAfter(
  deps: SweepDeps,
  entry: Entry,
  nowMs: number,
): Promise<EntryState | 'suspended'> {
  try {
    return (await closeExpired(deps, entry, nowMs)).state;
  } catch (error) {
    const { organizationId, entryId } = entry;
    if (!isPassing(error)) {
      const entryKey = deps.ledger.keyOfReservation(entryId);
      await suspend(deps, { organizationId, entryKey }, error, nowMs);
      return 'suspended';
    }
    const facts = { organizationId, reservationId: entryId, error };
    deps.telemetry.error('RESERVATION_NOT_CLOSED', facts);
    return 'reserved';
  }
}

/**
 * Closes a reservation if it has expired.
 * @returns the entry afterward
 */
export const closeExpired = (deps: CloseDeps, entry: Entry, nowMs: number): Promise<Entry> =>
  close(
    deps,
    entry,
    (current) => expireEntry(current, nowMs),
    (unheld) => voidUnheld(deps, unheld, nowMs),
  );

async function suspend(
  { suspense, telemetry }: SweepDeps,
  { organizationId, entryKey }: Pick<SuspenseItem, 'organizationId' | 'entryKey'>,
  error: unknown,
  nowMs: number,
): Promise<void> {
  const reason = reasonOf(error);
  await suspense.add({ organizationId, work: 'expiry', entryKey, reason }, nowMs);
  telemetry.error('RESERVATION_NOT_CLOSED', { organizationId, reservationId: entryKey.sk, error });
  telemetry.metric('ExpiriesInSuspense', 1);
}
