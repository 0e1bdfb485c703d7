import { StoreUnavailableError } from '../tables/dynamodb.ts';
import { isServiceError } from './errors.ts';

/** The deployment is at fault, not the item at hand: every item would fail. */
const REFUSED_TO_ALL = new Set(['AccessDeniedException', 'ResourceNotFoundException']);

/**
 * Whether an error says nothing about the item at hand, so that another attempt may succeed: the
 * store cannot be reached, is contended, or refuses the function altogether.
 */
export const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailableError ||
  isServiceError(error, 'unavailable') ||
  (error instanceof Error && REFUSED_TO_ALL.has(error.name));
