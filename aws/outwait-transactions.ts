import { errorName } from './dynamodb-answers.ts';

/** What DynamoDB answers to a plain write while a transaction has the item; nothing was decided. */
export const ITEM_IN_TRANSACTION = 'TransactionConflictException';

const ATTEMPTS = 6;
/** Doubled before every further attempt: the longest that it may wait. */
const FIRST_PAUSE_MS = 8;

/**
 * Repeats a plain write while a transaction has its item, a few times, with full jitter: the SDK
 * does not do it by itself.
 */
export async function outwaitTransactions<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (errorName(error) !== ITEM_IN_TRANSACTION || attempt === ATTEMPTS) throw error;
    }
    await pause(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
