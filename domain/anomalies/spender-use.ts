import type { NanoUsd } from '../money.ts';
import type { Posting } from '../ledger/posting.ts';
import { type Dimension, UNASSIGNED, valueIn } from '../reporting/dimensions.ts';
import { type Spender, SPENDER_DIMENSIONS, type SpenderDimension } from './new-spender.ts';

/** What a spender's money went through, as its requests of one hour show. */
export type SpenderUse = { dimension: Dimension; value: string; percent: number };

/** A spender's day, and what it uses most in each other dimension. */
export type SpenderFacts = Spender & {
  costNanoUsd: NanoUsd;
  requests: bigint;
  uses: readonly SpenderUse[];
};

const USED_DIMENSIONS = [...SPENDER_DIMENSIONS, 'operation'] as const;
/** Two amounts that differ by less than one part in so many may be the same money. */
const SAME_PARTS = 10n;
/** Nearly everything, in percent. */
const NEARLY_ALL = 80;

/** What most of the cost of a spender's requests went through, per dimension other than its own. */
export function usesOf(records: readonly Posting[], own: SpenderDimension): SpenderUse[] {
  const total = records.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
  if (total <= 0n) return [];
  return USED_DIMENSIONS.filter((dimension) => dimension !== own).flatMap((dimension) => {
    const [largest] = [...Map.groupBy(records, (record) => valueIn(dimension, record))]
      .filter(([value]) => value !== UNASSIGNED)
      .map(([value, of]) => ({
        dimension,
        value,
        percent: Number((100n * of.reduce((sum, item) => sum + item.amountNanoUsd, 0n)) / total),
      }))
      .toSorted((left, right) => right.percent - left.percent);
    return largest && largest.percent > 0 ? [largest] : [];
  });
}

/**
 * Whether a second spender is another name for a spender's money: a new user whose requests nearly
 * all go to a model that nobody else uses.
 */
export function isSameMoney(
  first: Pick<SpenderFacts, 'costNanoUsd' | 'uses'>,
  second: Spender & { costNanoUsd: NanoUsd },
): boolean {
  const difference = first.costNanoUsd - second.costNanoUsd;
  const isSameAmount =
    (difference < 0n ? -difference : difference) * SAME_PARTS < first.costNanoUsd;
  return (
    isSameAmount &&
    first.uses.some(
      ({ dimension, value, percent }) =>
        dimension === second.dimension && value === second.value && percent >= NEARLY_ALL,
    )
  );
}

/** A value's requests on the judged day and on the same weekday of the week before. */
export type FallenSpender = Spender & { before: bigint; now: bigint };

/**
 * Those who lost at least half of their requests, and about as many as a new spender of the same
 * dimension makes: from two thirds to three halves. The nearest first. Requests, because the same
 * work costs more or less with another model.
 */
export const fallenAsRisen = (
  risen: Spender & { requests: bigint },
  others: readonly FallenSpender[],
): FallenSpender[] =>
  others
    .filter(({ dimension, value }) => dimension === risen.dimension && value !== risen.value)
    .map((other) => ({ other, fall: other.before - other.now }))
    .filter(
      ({ other, fall }) =>
        fall > 0n &&
        2n * fall >= other.before &&
        3n * fall >= 2n * risen.requests &&
        2n * fall <= 3n * risen.requests,
    )
    .toSorted(
      (left, right) =>
        Number(apart(left.fall, risen.requests)) - Number(apart(right.fall, risen.requests)),
    )
    .map(({ other }) => other);

/** What two spenders of a dimension must both use most, for the second to replace the first. */
const SHARED: Record<SpenderDimension, SpenderDimension> = {
  model: 'system',
  user: 'system',
  department: 'system',
  system: 'user',
};

/** Whether a new spender does what a fallen one did: most of both goes through the same. */
export function replaces(
  dimension: SpenderDimension,
  risen: readonly SpenderUse[],
  fallen: readonly SpenderUse[],
): boolean {
  const [first, second] = [risen, fallen].map((uses) =>
    uses.find((use) => use.dimension === SHARED[dimension]),
  );
  return first !== undefined && first.value === second?.value;
}

const apart = (left: bigint, right: bigint): bigint => (left > right ? left - right : right - left);
