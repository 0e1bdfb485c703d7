import { balanceNameOf, type BudgetStanding } from './budget.ts';
import type { Entry } from './entry.ts';
import { isInWallet, type WalletEntry } from './wallet.ts';

/** Which entry a reservation makes, and when it occurs. */
export type ReservationIdentity = {
  reservationId: string;
  /** Decides the periods and the expiry: the server's time, not the one that a key carries. */
  occurredAtMs: number;
  /** Set when the id cannot be computed again from the caller's key: the ledger remembers the key. */
  opaqueKey?: string | undefined;
};

/**
 * How far the decision of one request has come: everything that one step leaves for the next. Never
 * changed in place. `Control` is what restricts a scope; the ledger only hands it on.
 */
export type Attempt<Control> = Readonly<{
  identity: ReservationIdentity;
  /** Readings of the facts since the start or the last pause, from 1. */
  round: number;
  pauses: number;
  /** The next reading takes nothing from memory and covers every lane. */
  isFresh: boolean;
  /** Others are changing the same items: pause before the next reading. */
  isContended: boolean;
  /** The lanes of the budgets that lacked headroom, as they were read last. */
  shortLanes: string;
  /** Set once the request was counted where controls limit the rate; `full` has no room left. */
  rate?: { full: Control | undefined } | undefined;
  /** An entry of this request that is stored, and whose money its wallet does not hold yet. */
  placed?: WalletEntry | undefined;
}>;

/** After so many readings without a result, others keep changing the same budgets. */
export const ROUNDS = 12;

export const firstAttempt = (identity: ReservationIdentity): Attempt<never> => ({
  identity,
  round: 1,
  pauses: 0,
  isFresh: false,
  isContended: false,
  shortLanes: '',
});

/** The facts are to be read again: some of them were too old, or money moved meanwhile. */
export const again = <Control>(
  attempt: Attempt<Control>,
  change: Partial<Attempt<Control>> = {},
): Attempt<Control> => ({ ...attempt, ...change, round: attempt.round + 1 });

/** The attempt after a pause: as at the start, but for what was counted and stored. */
export const rested = <Control>(attempt: Attempt<Control>): Attempt<Control> => ({
  ...attempt,
  ...firstAttempt(attempt.identity),
  pauses: attempt.pauses + 1,
});

/** The attempt after its request was counted. @param full the control without room for it, if any */
export const counted = <Control>(
  attempt: Attempt<Control>,
  full: Control | undefined,
): Attempt<Control> => ({ ...attempt, rate: { full } });

/** The attempt after a hold that did not happen. @param placed what it has stored all the same */
export const unheld = <Control>(
  attempt: Attempt<Control>,
  because: 'again' | 'conflict',
  placed: WalletEntry | undefined = attempt.placed,
): Attempt<Control> =>
  because === 'conflict'
    ? { ...attempt, placed, isContended: true }
    : again(attempt, { placed, isFresh: true });

/** Takes up an entry that an earlier call of the same key has stored and that was never held. */
export const adopting = <Control>(attempt: Attempt<Control>, entry: Entry): Attempt<Control> =>
  again(attempt, {
    identity: { reservationId: entry.entryId, occurredAtMs: entry.occurredAtMs },
    placed: isInWallet(entry) ? entry : attempt.placed,
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
