import { type Aggregate, quarterOf } from '../../domain/reporting/aggregates.ts';
import { isSpelled } from '../../domain/reporting/dimensions.ts';
import { MEASURES } from '../../domain/reporting/measures.ts';
import type { UpdateWrite } from '../dynamodb.ts';
import { secondsAfter } from '../time-to-live.ts';
import { isOfScope, tokenAnalyticsTable } from './token-analytics.ts';
import { changeKeyOf, keyOf } from './keys.ts';

/** Sessions are many, so their sums end this long after their last posting; others are kept. */
const SESSION_KEPT_DAYS = 400;

/** The write that adds an aggregate's measures to the stored sum. */
export function additionOf(aggregate: Aggregate, nowMs: number): UpdateWrite {
  const added = MEASURES.filter((measure) => aggregate.measures[measure] !== 0n);
  // A posting whose measures are all 0 still creates its aggregates.
  const measures = added.length > 0 ? added : (['requests'] as const);
  const sets = Object.entries({
    changedIn: isOfScope(aggregate) ? changeKeyOf(aggregate, quarterOf(nowMs)) : undefined,
    keyId: aggregate.keyId,
    departmentId: aggregate.departmentId,
    spelling: aggregate.spelling,
    expiresAtS:
      aggregate.dimension === 'session' ? secondsAfter(nowMs, SESSION_KEPT_DAYS) : undefined,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  // The latest posting used the canonical spelling.
  const isRespelled = isSpelled(aggregate.dimension) && aggregate.spelling === undefined;
  return {
    kind: 'update',
    table: tokenAnalyticsTable.name,
    key: keyOf(aggregate),
    update:
      `ADD ${measures.map((measure) => `#${measure} :${measure}`).join(', ')}` +
      (sets.length === 0 ? '' : ` SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}`) +
      (isRespelled ? ' REMOVE #spelling' : ''),
    names: {
      ...Object.fromEntries(measures.map((measure) => [`#${measure}`, measure])),
      ...Object.fromEntries(sets.map(([name]) => [`#${name}`, name])),
      ...(isRespelled ? { '#spelling': 'spelling' } : {}),
    },
    values: {
      ...Object.fromEntries(
        measures.map((measure) => [`:${measure}`, aggregate.measures[measure]]),
      ),
      ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
    },
  };
}
