import { maxNanoUsd, type NanoUsd } from '../money.ts';
import { type BudgetStanding, spelledBudgetIdOf } from './budget.ts';
import { COUNT_UNITS, type CountUnit } from './counts.ts';
import { isCounting } from './entry-counts.ts';

/** What a budget limits. */
export type Unit = 'usd' | CountUnit;

/** What a request needs of every budget. */
export type Need = {
  amountNanoUsd: NanoUsd;
  /** Default: 1. */
  requests?: number | undefined;
  /** The most tokens that it may use. Default: 0. */
  tokens?: number | undefined;
};

/** One way to serve a request: a model, what it needs, and the budgets it touches. */
export type Offer = Need & {
  model: string;
  standings: BudgetStanding[];
  /** What to hold instead, if every budget has plenty of room for it. */
  maximum?: Need | undefined;
};

/** An offer that every enforcing budget has headroom for. */
export type Granted = {
  kind: 'proceed' | 'downgrade';
  offer: Offer;
  /** Ids of `warn` budgets that the hold would exceed. */
  warnings: string[];
};

export type Rejection = {
  kind: 'reject';
  /** The enforcing budget with the largest shortfall of money, or else the first one short of counts. */
  deciding: BudgetStanding;
  /** What it is short of. */
  unit: Unit;
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
      offer: atMaximum(offer),
      warnings: warningsOf(offer),
    };
  }
  const [preferred] = offers;
  const [first, ...others] = shortfalls(preferred);
  if (!first) throw new Error('an offer was refused that no budget refuses');
  const deciding = others.reduce(
    (most, each) => (isShorter(each, most, preferred) ? each : most),
    first,
  );
  const [unit = 'usd'] = shortUnits(deciding, preferred);
  const isHeld = leftIfReleased(deciding, unit) >= needOf(preferred, unit);
  return { kind: 'reject', deciding, unit, because: isHeld ? 'held' : 'spent' };
}

/** A hold of a tenth of what a budget has left keeps nobody else out. */
const PLENTY = 10;

/** An offer that holds its maximum where there is plenty of room. */
function atMaximum({ maximum, ...offer }: Offer): Offer {
  const largest = maximum && { ...offer, ...maximum };
  return largest && hasRoomFor(largest, PLENTY) ? largest : offer;
}

/** Whether a budget lacks more money than another. A shortage of money goes before one of counts. */
function isShorter(each: BudgetStanding, other: BudgetStanding, offer: Offer): boolean {
  const [lacks, otherLacks] = [each, other].map((standing) =>
    shortUnits(standing, offer).includes('usd'),
  );
  if (!lacks || !otherLacks) return lacks === true;
  return each.balance.headroomNanoUsd < other.balance.headroomNanoUsd;
}

/** How much of a unit a request needs. Nano-dollars where the unit is `usd`. */
export function needOf({ amountNanoUsd, requests = 1, tokens = 0 }: Need, unit: Unit): bigint {
  if (unit === 'usd') return amountNanoUsd;
  return BigInt(unit === 'requests' ? requests : tokens);
}

/** How much a budget would have left if nothing were held. */
function leftIfReleased({ balance }: BudgetStanding, unit: Unit): bigint {
  if (unit === 'usd') return balance.limitNanoUsd - balance.settledNanoUsd;
  const { limit = 0, settled = 0 } = balance.counters?.[unit] ?? {};
  return BigInt(limit - settled);
}

/** The units in which a budget has less left than a request needs, whether or not it enforces. */
function unitsBelow(standing: BudgetStanding, need: Need): Unit[] {
  const { budget, balance } = standing;
  const { headroomNanoUsd } = balance;
  const { drawableNanoUsd = headroomNanoUsd } = standing;
  const units: Unit[] = [];
  const freeNanoUsd = maxNanoUsd(headroomNanoUsd, drawableNanoUsd);
  if (budget.limitNanoUsd !== undefined && freeNanoUsd < need.amountNanoUsd) {
    units.push('usd');
  }
  for (const unit of isCounting(standing) ? COUNT_UNITS : []) {
    const headroom = balance.counters?.[unit].headroom ?? 0;
    const isLimited = budget.countLimits?.[unit] !== undefined;
    if (isLimited && BigInt(headroom) < needOf(need, unit)) units.push(unit);
  }
  return units;
}

/**
 * The units in which an enforcing budget lacks what a request needs. What costs nothing fits every
 * limit of money.
 */
export function shortUnits(standing: BudgetStanding, need: Need): Unit[] {
  if (standing.budget.enforcement !== 'enforce') return [];
  const isFree = need.amountNanoUsd === 0n;
  return unitsBelow(standing, need).filter((unit) => unit !== 'usd' || !isFree);
}

/** Ids of `warn` budgets that have less left than a request needs. */
export const warningsOf = ({ standings, ...need }: Need & Pick<Offer, 'standings'>): string[] =>
  standings
    .filter((standing) => standing.budget.enforcement === 'warn')
    .filter((standing) => unitsBelow(standing, need).length > 0)
    .map(({ budget }) => spelledBudgetIdOf(budget));

/** The lowest headroom of all budgets that limit money, or `undefined` if none applies. */
export function remainingOf(standings: BudgetStanding[]): NanoUsd | undefined {
  return standings.reduce<NanoUsd | undefined>(
    (least, { budget, balance }) =>
      budget.limitNanoUsd !== undefined && (least === undefined || balance.headroomNanoUsd < least)
        ? balance.headroomNanoUsd
        : least,
    undefined,
  );
}

/**
 * Whether every budget that applies has room for this many requests like an offer, including budgets
 * that do not enforce.
 */
export const hasRoomFor = (
  { standings, amountNanoUsd, tokens = 0 }: Offer,
  requests: number,
): boolean => {
  const need = {
    amountNanoUsd: amountNanoUsd * BigInt(requests),
    requests,
    tokens: tokens * requests,
  };
  return standings.every((standing) => unitsBelow(standing, need).length === 0);
};

/** The enforcing budgets without enough headroom for an offer. */
export const shortfalls = ({ standings, ...need }: Offer): BudgetStanding[] =>
  standings.filter((standing) => shortUnits(standing, need).length > 0);
