import type { CancellationReason as SdkCancellationReason } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import {
  type CancellationReason,
  type ConsumedCapacity,
  type Item,
  StoreUnavailableError,
} from '../tables/dynamodb.ts';

const INTEGER = /^-?\d+$/;

/** Reads integers as `bigint`, so that no amount of money is ever rounded. */
export const UNMARSHALL_OPTIONS = {
  wrapNumbers: (text: string): bigint | number =>
    INTEGER.test(text) ? BigInt(text) : Number(text),
};

const NOTHING_DECIDED = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
const MISUSE = new Set([
  'ValidationException',
  'ResourceNotFoundException',
  'AccessDeniedException',
]);

export function reasonOf(reason: SdkCancellationReason): CancellationReason {
  if (reason.Code === 'ConditionalCheckFailed') {
    return { kind: 'condition', old: oldItem(reason.Item) };
  }
  if (reason.Code !== undefined && NOTHING_DECIDED.has(reason.Code)) return { kind: 'conflict' };
  if (reason.Code === undefined || reason.Code === 'None') return { kind: 'none' };
  throw new Error(`transaction refused: ${reason.Code} ${reason.Message ?? ''}`);
}

/** The document client does not unmarshall the old item of a failed condition. */
export function oldItem(item: unknown): Item | undefined {
  if (item === undefined || item === null) return undefined;
  return unmarshall(item as Parameters<typeof unmarshall>[0], UNMARSHALL_OPTIONS) as Item;
}

export function capacityOf(consumed: unknown, kind: 'read' | 'write'): ConsumedCapacity {
  const parts = Array.isArray(consumed) ? consumed : [consumed];
  const units = parts.reduce(
    (sum: number, part: { CapacityUnits?: number } | undefined) => sum + (part?.CapacityUnits ?? 0),
    0,
  );
  return kind === 'read'
    ? { readUnits: units, writeUnits: 0 }
    : { readUnits: 0, writeUnits: units };
}

export function translated(error: unknown): unknown {
  if (MISUSE.has(errorName(error))) return error;
  return new StoreUnavailableError('the store cannot be reached', { cause: error });
}

export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');
