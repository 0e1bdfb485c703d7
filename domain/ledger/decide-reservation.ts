import type { NanoUsd } from '../money.ts';
import { type BudgetStanding, spelledBudgetIdOf } from './budget.ts';

/** One way to serve a request: a model, the money to hold for it, and the budgets it touches. */
export type Offer = { model: string; amountNanoUsd: NanoUsd; standings: BudgetStanding[] };

/** An offer that every enforcing budget has headroom for. */
export type Granted = {
  kind: 'proceed' | 'downgrade';
  offer: Offer;
  /** Ids of `warn` budgets that the hold would exceed. */
  warnings: string[];
};

export type Rejection = {
  kind: 'reject';
  /** The enforcing budget with the largest shortfall. */
  deciding: BudgetStanding;
  /**
   * `held`: settling or voiding open reservations may free money. `spent`: only a new period will.
   */
  because: 'held' | 'spent';
};

export type ReservationDecision = Granted | Rejection;

/**
 * Picks the first offer that fits the headroom of every enforcing budget. Choosing any model other
 * than the requested one is a downgrade.
 * @param offers at least one, in order of preference
 */
export function decideReservation(
  offers: readonly [Offer, ...Offer[]],
  askedModel = offers[0].model,
): ReservationDecision {
  for (const offer of offers) {
    if (shortfalls(offer).length > 0) continue;
    return {
      kind: offer.model === askedModel ? 'proceed' : 'downgrade',
      offer,
      warnings: warningsOf(offer),
    };
  }
  const [asked] = offers;
  const [first, ...others] = shortfalls(asked);
  if (!first) throw new Error('an offer was refused that no budget refuses');
  const deciding = others.reduce(
    (least, standing) =>
      standing.balance.headroomNanoUsd < least.balance.headroomNanoUsd ? standing : least,
    first,
  );
  const { limitNanoUsd, settledNanoUsd } = deciding.balance;
  return {
    kind: 'reject',
    deciding,
    because: limitNanoUsd - settledNanoUsd >= asked.amountNanoUsd ? 'held' : 'spent',
  };
}

/** Ids of `warn` budgets that have less headroom than the offer would hold. */
export const warningsOf = ({
  standings,
  amountNanoUsd,
}: Pick<Offer, 'standings' | 'amountNanoUsd'>): string[] =>
  standings
    .filter(
      ({ budget, balance }) =>
        budget.enforcement === 'warn' && balance.headroomNanoUsd < amountNanoUsd,
    )
    .map(({ budget }) => spelledBudgetIdOf(budget));

/** The lowest headroom of all budgets, or `undefined` if none applies. */
export function remainingOf(standings: BudgetStanding[]): NanoUsd | undefined {
  return standings.reduce<NanoUsd | undefined>(
    (least, { balance }) =>
      least === undefined || balance.headroomNanoUsd < least ? balance.headroomNanoUsd : least,
    undefined,
  );
}

/** The enforcing budgets without enough headroom for an offer. What costs nothing always fits. */
export const shortfalls = ({ standings, amountNanoUsd }: Offer): BudgetStanding[] =>
  standings.filter(
    ({ budget, balance }) =>
      amountNanoUsd > 0n &&
      budget.enforcement === 'enforce' &&
      balance.headroomNanoUsd < amountNanoUsd,
  );
