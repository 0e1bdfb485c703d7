import { again, type Attempt, lanesRead, rested, ROUNDS } from './attempt.ts';
import { type BudgetStanding, heldByWallet, type Home, mayHaveIdle } from './budget.ts';
import type { ConductRefusal } from './conduct.ts';
import {
  decideReservation,
  type Granted,
  type Offer,
  type Rejection,
  shortfalls,
} from './decide-reservation.ts';
import type { Wallet } from './wallet.ts';

/** What the controls in force leave of a request's offers. */
export type Admitted<Control> =
  | {
      kind: 'admit';
      /** In the order that the controls ask for. */
      offers: readonly [Offer, ...Offer[]];
      /** Controls whose scopes admit only so many requests a minute. */
      counted: readonly Control[];
      /** Models that were not read yet would come first. */
      wantsOthers: boolean;
      /** The control that asks for another model. */
      control?: Control | undefined;
    }
  | { kind: 'refuse'; control: Control };

/** What a reservation is decided from, as it was read at one time. */
export type ReservationFacts<Control> = {
  /** Why the conduct of the calling key lets it reserve nothing, if it does not. */
  conductRefusal: ConductRefusal | undefined;
  admitted: Admitted<Control>;
  /** The model asked for, or the recommended one: any other is a downgrade. */
  askedModel: string;
  /** Every model that may serve the request was read, not only the one asked for. */
  isWide: boolean;
  /** The caller's wallet, read when a budget lends. */
  wallet: Wallet | undefined;
};

/** Why a request gets no reservation. */
export type Refusal<Control> =
  | { because: 'conduct'; refusal: ConductRefusal }
  | { because: 'control' | 'rate'; control: Control }
  | { because: 'budget'; rejection: Rejection };

/** What happens next, and the attempt as it goes on then. */
export type Step<Control> =
  /** Read the facts, of every model where it is wide. */
  | { kind: 'read'; isWide: boolean; attempt: Attempt<Control> }
  /** Count the request in this minute of each control, up to the first that has no room. */
  | { kind: 'count'; controls: readonly Control[]; attempt: Attempt<Control> }
  /** Bring home what other wallets have idle of these balances. */
  | { kind: 'draw in'; lanes: readonly Home[]; attempt: Attempt<Control> }
  | { kind: 'read again'; attempt: Attempt<Control> }
  /** Others change the same items: wait, then start over. */
  | { kind: 'pause'; attempt: Attempt<Control> }
  | {
      kind: 'hold';
      granted: Granted;
      /** The wallet that holds the amount; without one the balances hold it themselves. */
      wallet: Wallet | undefined;
      /** The wallet also borrows from periods to come, where that is due. */
      borrowsAhead: boolean;
      /** The control that asks for another model. */
      control: Control | undefined;
      attempt: Attempt<Control>;
    }
  | { kind: 'refuse'; refusal: Refusal<Control>; attempt: Attempt<Control> };

/**
 * What a reservation does next: the whole decision, one step at a time. The rules come in this order:
 * conduct of the key, controls, rate, budgets.
 * @param facts `undefined` when they are to be read: at the start, and after money may have moved
 */
export function nextStep<Control>(
  attempt: Attempt<Control>,
  facts: ReservationFacts<Control> | undefined,
): Step<Control> {
  if (!facts) {
    const isStuck = attempt.isContended || attempt.round > ROUNDS;
    return isStuck
      ? { kind: 'pause', attempt: rested(attempt) }
      : { kind: 'read', isWide: false, attempt };
  }
  const { admitted, askedModel, conductRefusal, isWide, wallet } = facts;
  if (!isWide && !isEnough(admitted, askedModel)) return { kind: 'read', isWide: true, attempt };
  if (conductRefusal) return refused(attempt, { because: 'conduct', refusal: conductRefusal });
  if (admitted.kind === 'refuse') {
    return refused(attempt, { because: 'control', control: admitted.control });
  }
  if (!attempt.rate) return { kind: 'count', controls: admitted.counted, attempt };
  const { full } = attempt.rate;
  if (full !== undefined) return refused(attempt, { because: 'rate', control: full });
  const closerLook = lookCloser(attempt, shortfalls(admitted.offers[0]));
  if (closerLook) return closerLook;
  const decision = decideReservation(admitted.offers, askedModel);
  return decision.kind === 'reject'
    ? refused(attempt, { because: 'budget', rejection: decision })
    : hold(attempt, decision, wallet, admitted.control);
}

/** Whether the facts of the model asked for alone decide: it may be served and its budgets have room. */
const isEnough = (admitted: Admitted<unknown>, askedModel: string): boolean =>
  admitted.kind === 'admit' &&
  !admitted.wantsOthers &&
  decideReservation(admitted.offers, askedModel).kind !== 'reject';

const refused = <Control>(attempt: Attempt<Control>, refusal: Refusal<Control>): Step<Control> => ({
  kind: 'refuse',
  refusal,
  attempt,
});

/**
 * What must be known better before a shortage counts, if anything: what was remembered is read, what
 * other wallets have idle is drawn in. Several lanes are not read at one instant, so money that moves
 * between them may be in none of them: only a shortage that was seen twice was there in between.
 */
function lookCloser<Control>(
  attempt: Attempt<Control>,
  short: readonly BudgetStanding[],
): Step<Control> | undefined {
  if (short.length === 0) return undefined;
  if (short.some(({ isFresh }) => !isFresh)) {
    return { kind: 'read again', attempt: again(attempt, { isFresh: true }) };
  }
  if (short.every(({ lanes }) => lanes.some(mayHaveIdle))) {
    const lanes = short.flatMap((standing) => standing.lanes.filter(mayHaveIdle));
    return { kind: 'draw in', lanes, attempt: again(attempt) };
  }
  const shortLanes = lanesRead(short);
  return shortLanes === attempt.shortLanes
    ? undefined
    : { kind: 'read again', attempt: again(attempt, { shortLanes }) };
}

/** A wallet holds the amount where a budget lends, or where it was about to before. */
function hold<Control>(
  attempt: Attempt<Control>,
  granted: Granted,
  wallet: Wallet | undefined,
  control: Control | undefined,
): Step<Control> {
  const budgets = granted.offer.standings.map(({ budget }) => budget);
  const isByWallet = attempt.placed !== undefined || heldByWallet(budgets);
  return {
    kind: 'hold',
    granted,
    wallet: isByWallet ? wallet : undefined,
    // What was borrowed ahead may be why the first hold failed, so a later one does without.
    borrowsAhead: attempt.round === 1,
    control,
    attempt,
  };
}
