import { again, type Attempt, lanesRead, rested, ROUNDS } from './attempt.ts';
import { type BudgetStanding, heldByWallet, type Home, mayHaveIdle } from './budget.ts';
import type { ConductRefusal } from './conduct.ts';
import {
  decideReservation,
  type Granted,
  hasRoomFor,
  type Offer,
  type Rejection,
  shortfalls,
} from './decide-reservation.ts';
import type { Wallet } from './wallet.ts';

/** What the active controls leave of a request's offers. */
export type Admitted<Control> =
  | {
      kind: 'admit';
      /** In the order that the controls require. */
      offers: readonly [Offer, ...Offer[]];
      /** Controls that cap how many requests a minute their scope may make. */
      counted: readonly Control[];
      /** True if models that were not read yet would come first. */
      wantsOthers: boolean;
      /** The control that moved the request to another model. */
      control?: Control | undefined;
    }
  | { kind: 'refuse'; control: Control };

/** What a reservation decision is based on, all read at one time. */
export type ReservationFacts<Control> = {
  /** Why the calling key's conduct forbids reservations, if it does. */
  conductRefusal: ConductRefusal | undefined;
  admitted: Admitted<Control>;
  /** The requested model, or the recommended one. Any other model is a downgrade. */
  askedModel: string;
  /** True if every eligible model was read, not only the requested one. */
  isWide: boolean;
  /** The caller's wallet, read if a budget lends. */
  wallet: Wallet | undefined;
  /**
   * Set if the budgets come from memory. They decide only if they have room for this many requests
   * like this one.
   */
  memory?: { roomRequests: number } | undefined;
};

/** Why a request is refused. */
export type Refusal<Control> =
  | { because: 'conduct'; refusal: ConductRefusal }
  | { because: 'control' | 'rate'; control: Control }
  | { because: 'budget'; rejection: Rejection };

/** The next step, and the attempt that continues after it. */
export type Step<Control> =
  /** Read the facts; `isWide` includes every model. */
  | { kind: 'read'; isWide: boolean; attempt: Attempt<Control> }
  /**
   * Count the request against each control's current minute, stopping at the first that is full.
   */
  | { kind: 'count'; controls: readonly Control[]; attempt: Attempt<Control> }
  /** Return the idle money of these balances from other wallets. */
  | { kind: 'draw in'; lanes: readonly Home[]; attempt: Attempt<Control> }
  | { kind: 'read again'; attempt: Attempt<Control> }
  /** Too much contention: wait, then start over. */
  | { kind: 'pause'; attempt: Attempt<Control> }
  | {
      kind: 'hold';
      granted: Granted;
      /** The wallet that holds the amount. Without one, the balances hold it. */
      wallet: Wallet | undefined;
      /** True if the wallet also borrows for coming periods that are due. */
      borrowsAhead: boolean;
      /** The control that moved the request to another model. */
      control: Control | undefined;
      attempt: Attempt<Control>;
    }
  | { kind: 'refuse'; refusal: Refusal<Control>; attempt: Attempt<Control> };

/**
 * Decides the next step of a reservation. Rules apply in this order: conduct of the key, controls,
 * rate, budgets.
 * @param facts `undefined` if they must be read: at the start, and after money may have moved
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
  if (facts.memory && !isPlain(facts, facts.memory)) {
    return { kind: 'read again', attempt: again(attempt) };
  }
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

/**
 * True if the requested model's facts are enough, because it is admitted and its budgets have room.
 */
const isEnough = (admitted: Admitted<unknown>, askedModel: string): boolean =>
  admitted.kind === 'admit' &&
  !admitted.wantsOthers &&
  decideReservation(admitted.offers, askedModel).kind !== 'reject';

/**
 * Whether remembered facts let a request proceed as asked, with so much room that they need not be
 * exact. Everything else is decided from a read.
 */
function isPlain(
  { admitted, askedModel, conductRefusal }: ReservationFacts<unknown>,
  { roomRequests }: { roomRequests: number },
): boolean {
  if (conductRefusal || admitted.kind === 'refuse') return false;
  if (admitted.wantsOthers || admitted.control) return false;
  const [offer] = admitted.offers;
  return offer.model === askedModel && hasRoomFor(offer, roomRequests);
}

const refused = <Control>(attempt: Attempt<Control>, refusal: Refusal<Control>): Step<Control> => ({
  kind: 'refuse',
  refusal,
  attempt,
});

/**
 * Decides what to check again before accepting a shortage: read remembered values, then draw in
 * idle money from other wallets. Lanes are not all read at the same instant, so money that moves
 * between them can be missed. A shortage therefore counts only if two reads in a row show it.
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

/**
 * Holds through the wallet if a budget lends, or if an earlier attempt had already begun that way.
 */
function hold<Control>(
  attempt: Attempt<Control>,
  granted: Granted,
  wallet: Wallet | undefined,
  control: Control | undefined,
): Step<Control> {
  const budgets = granted.offer.standings.map(({ budget }) => budget);
  const isByWallet = attempt.storedEntry !== undefined || heldByWallet(budgets);
  return {
    kind: 'hold',
    granted,
    wallet: isByWallet ? wallet : undefined,
    // Borrowing ahead may have caused the first failure, so retry without it.
    borrowsAhead: attempt.round === 1,
    control,
    attempt,
  };
}
