import type { AggregateDifference } from '../../domain/reporting/compare-aggregates.ts';
import { MEASURES } from '../../domain/reporting/measures.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { additionOf } from './additions.ts';

/** Adds what a sum lacks, unless it changed since it was read. @returns whether it was added */
export type AggregateMender = (difference: AggregateDifference, nowMs: number) => Promise<boolean>;

/** Repairs sums without losing concurrent additions or repairing one twice. */
export const createAggregateMender =
  (db: DynamoDb): AggregateMender =>
  async ({ stored, missing }, nowMs) => {
    const addition = additionOf({ ...stored, measures: missing }, nowMs);
    const lacking = MEASURES.filter((measure) => missing[measure] !== 0n);
    const result = await db.write({
      ...addition,
      condition: lacking
        .map((measure) => {
          const isAsRead = `#${measure} = :was_${measure}`;
          return stored.measures[measure] === 0n
            ? `(attribute_not_exists(#${measure}) OR ${isAsRead})`
            : isAsRead;
        })
        .join(' AND '),
      values: {
        ...addition.values,
        ...Object.fromEntries(
          lacking.map((measure) => [`:was_${measure}`, stored.measures[measure]]),
        ),
      },
    });
    return result.ok;
  };
