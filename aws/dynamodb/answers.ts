import type {
  CancellationReason as StoredReason,
  ConsumedCapacity as StoredCapacity,
} from '@aws-sdk/client-dynamodb';
import {
  type CancellationReason,
  type ConsumedCapacity,
  type Item,
  StoreUnavailableError,
} from '../../tables/dynamodb.ts';
import { itemOf, type StoredItem } from './attributes.ts';

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

/** Why a transaction was canceled, as DynamoDB puts it for each of its writes. */
export const reasonsOf = (reasons: unknown): CancellationReason[] =>
  ((reasons ?? []) as StoredReason[]).map(reasonOf);

function reasonOf(reason: StoredReason): CancellationReason {
  if (reason.Code === 'ConditionalCheckFailed') {
    return { kind: 'condition', old: itemIfAny(reason.Item) };
  }
  if (reason.Code !== undefined && NOTHING_DECIDED.has(reason.Code)) return { kind: 'conflict' };
  if (reason.Code === undefined || reason.Code === 'None') return { kind: 'none' };
  throw new Error(`transaction refused: ${reason.Code} ${reason.Message ?? ''}`);
}

export const itemIfAny = (item: StoredItem | undefined): Item | undefined => item && itemOf(item);

export function capacityOf(
  consumed: StoredCapacity | StoredCapacity[] | undefined,
  kind: 'read' | 'write',
): ConsumedCapacity {
  const parts = Array.isArray(consumed) ? consumed : [consumed];
  const units = parts.reduce((sum, part) => sum + (part?.CapacityUnits ?? 0), 0);
  return kind === 'read'
    ? { readUnits: units, writeUnits: 0 }
    : { readUnits: 0, writeUnits: units };
}

/** What a caller of the port is told: only misuse keeps its own error. */
export function translated(error: unknown): unknown {
  if (MISUSE.has(errorName(error))) return error;
  return new StoreUnavailableError('the store cannot be reached', { cause: error });
}

export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');
