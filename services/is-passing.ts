import { StoreUnavailableError } from '../tables/dynamodb.ts';
import { isServiceError } from './errors.ts';

/** The deployment is broken, not the item: every item would fail. */
const REFUSED_TO_ALL = new Set(['AccessDeniedException', 'ResourceNotFoundException']);

/**
 * Whether an error is unrelated to the current item, so that a retry may succeed: the store is
 * unreachable, contended, or denies the function access.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailableError ||
  isServiceError(error, 'unavailable') ||
  (error instanceof Error && REFUSED_TO_ALL.has(error.name));
