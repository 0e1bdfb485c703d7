import {
  COUNT_UNITS,
  type CountLimits,
  type CountMove,
  type Counters,
  untouchedCounters,
} from '../../domain/ledger/counts.ts';
import type { Item } from '../dynamodb.ts';
import { countersAttribute } from './budget-items.ts';

/** Names of the counters in a balance. */
const LETTERS = { requests: 'q', tokens: 'k' } as const;

/** Parts of an update of a balance that change its counters. */
type CountUpdate = { sets: string; conditions: string; values: Item };

const NO_CHANGE: CountUpdate = { sets: '', conditions: '', values: {} };

/** What an update of a balance does to its counters, to be added to the rest of the update. */
export function countUpdate(counts: CountMove | undefined): CountUpdate {
  if (!counts) return NO_CHANGE;
  const sets: string[] = [];
  const conditions: string[] = [];
  const values: [string, number][] = [];
  for (const unit of COUNT_UNITS) {
    const [reservedBy, settledBy] = [counts.reservedBy[unit], counts.settledBy[unit]];
    const [letter, path] = [LETTERS[unit], `n.${LETTERS[unit]}`];
    const changes = { h: -reservedBy - settledBy, r: reservedBy, s: settledBy };
    for (const [name, by] of Object.entries(changes)) {
      sets.push(`, ${path}.${name} = ${path}.${name} + :${letter}${name}`);
      values.push([`:${letter}${name}`, by]);
    }
    const needed = counts.needed?.[unit];
    if (needed === undefined) continue;
    conditions.push(` AND ${path}.h >= :${letter}n`);
    values.push([`:${letter}n`, needed]);
  }
  if (conditions.length === 0) conditions.push(' AND attribute_exists(n)');
  return {
    sets: sets.join(''),
    conditions: conditions.join(''),
    values: Object.fromEntries(values),
  };
}

/** Checks that counters have the limits that are remembered of them, or that there are still none. */
export function countLimitCheck(was: Counters | undefined): { condition: string; values: Item } {
  if (!was) return { condition: ' AND attribute_not_exists(n)', values: {} };
  return {
    condition: COUNT_UNITS.map((unit) => ` AND n.${LETTERS[unit]}.l = :${LETTERS[unit]}w`).join(''),
    values: Object.fromEntries(COUNT_UNITS.map((unit) => [`:${LETTERS[unit]}w`, was[unit].limit])),
  };
}

/** Opens the counters of a balance, or moves their limits if nobody else has since they were read. */
export function countLimitUpdate(
  was: Counters | undefined,
  limits: CountLimits | undefined,
): CountUpdate {
  if (!limits) return NO_CHANGE;
  if (!was) {
    return {
      sets: ', n = :n',
      conditions: ' AND attribute_not_exists(n)',
      values: { ':n': countersAttribute(untouchedCounters(limits)) },
    };
  }
  const parts = COUNT_UNITS.map((unit) => {
    const [letter, limit] = [LETTERS[unit], limits[unit] ?? 0];
    const path = `n.${letter}`;
    return {
      sets: `, ${path}.l = :${letter}l, ${path}.h = ${path}.h + :${letter}m`,
      conditions: ` AND ${path}.l = :${letter}w`,
      values: {
        [`:${letter}l`]: limit,
        [`:${letter}m`]: limit - was[unit].limit,
        [`:${letter}w`]: was[unit].limit,
      },
    };
  });
  return {
    sets: parts.map(({ sets }) => sets).join(''),
    conditions: parts.map(({ conditions }) => conditions).join(''),
    values: Object.fromEntries(parts.flatMap(({ values }) => Object.entries(values))),
  };
}
