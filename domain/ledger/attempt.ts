import { balanceNameOf, type BudgetStanding } from './budget.ts';
import type { Entry } from './entry.ts';
import { isInWallet, type WalletEntry } from './wallet.ts';

/** The id and time of the entry that a reservation creates. */
export type ReservationIdentity = {
  reservationId: string;
  /**
   * Server time, which decides the periods and the expiry. A time in the caller's key is not
   * trusted.
   */
  occurredAtMs: number;
  /**
   * Set if the id cannot be derived from the caller's key again, so the ledger has to remember the
   * key.
   */
  opaqueKey?: string | undefined;
};

/**
 * How far the decision of one request has come: everything one step passes on to the next.
 * Immutable. `Control` is what restricts a scope; the ledger only passes it through.
 */
export type Attempt<Control> = Readonly<{
  identity: ReservationIdentity;
  /** How often the facts were read since the start or the last pause, counting from 1. */
  round: number;
  pauses: number;
  /** The next read bypasses memory and covers every lane. */
  isFresh: boolean;
  /** Other requests are changing the same items, so pause before the next read. */
  isContended: boolean;
  /** The lanes of the budgets that lacked headroom, as of the last read. */
  shortLanes: string;
  /**
   * Set once the request was counted against rate limits. `full` is the control that had no room.
   */
  rate?: { full: Control | undefined } | undefined;
  /** The workflow of the request turned out not to pay for it, so it is held like any other. */
  isOnItsOwn?: boolean | undefined;
  /** An entry of this request that is stored but not yet held by its wallet. */
  storedEntry?: WalletEntry | undefined;
}>;

/** After this many reads without a result, contention is too high to continue without a pause. */
export const ROUNDS = 12;

export const firstAttempt = (identity: ReservationIdentity): Attempt<never> => ({
  identity,
  round: 1,
  pauses: 0,
  isFresh: false,
  isContended: false,
  shortLanes: '',
});

/** Only the first reading may be replaced by what is remembered; every later one is a read. */
export const mayRecall = ({ round, pauses }: Attempt<unknown>): boolean =>
  round === 1 && pauses === 0;

/** Reads the facts again because some were too old or money has moved. */
export const again = <Control>(
  attempt: Attempt<Control>,
  change: Partial<Attempt<Control>> = {},
): Attempt<Control> => ({ ...attempt, ...change, round: attempt.round + 1 });

/** The attempt after a pause. It starts over but keeps what was already counted and stored. */
export const rested = <Control>(attempt: Attempt<Control>): Attempt<Control> => ({
  ...attempt,
  ...firstAttempt(attempt.identity),
  pauses: attempt.pauses + 1,
});

/** The attempt after its request was counted. @param full the control that had no room, if any */
export const counted = <Control>(
  attempt: Attempt<Control>,
  full: Control | undefined,
): Attempt<Control> => ({ ...attempt, rate: { full } });

/** The attempt after a failed hold. @param storedEntry the entry that was stored anyway */
export const unheld = <Control>(
  attempt: Attempt<Control>,
  because: 'again' | 'conflict',
  storedEntry: WalletEntry | undefined = attempt.storedEntry,
): Attempt<Control> =>
  because === 'conflict'
    ? { ...attempt, storedEntry, isContended: true }
    : again(attempt, { storedEntry, isFresh: true });

/** The attempt after its workflow could not pay for it. */
export const onItsOwn = <Control>(attempt: Attempt<Control>): Attempt<Control> =>
  again(attempt, { isOnItsOwn: true, isFresh: true });

/** Continues with an entry that an earlier call with the same key stored but never held. */
export const adopting = <Control>(attempt: Attempt<Control>, entry: Entry): Attempt<Control> =>
  again(attempt, {
    identity: { reservationId: entry.entryId, occurredAtMs: entry.occurredAtMs },
    storedEntry: isInWallet(entry) ? entry : attempt.storedEntry,
    isFresh: true,
  });

/** The state of every lane, for budgets with more than one lane. Empty if no budget has several. */
export const lanesRead = (standings: readonly BudgetStanding[]): string =>
  standings
    .flatMap(({ lanes }) => (lanes.length > 1 ? lanes : []))
    .map(({ ref, balance }) =>
      [balanceNameOf(ref), balance.limitNanoUsd, balance.headroomNanoUsd, balance.borrows].join(),
    )
    .join(' ');
