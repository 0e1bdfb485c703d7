import { optimistically } from '../tables/optimistically.ts';
import { errorName } from './dynamodb-answers.ts';

/** What DynamoDB answers to a plain write while a transaction has the item; nothing was decided. */
export const ITEM_IN_TRANSACTION = 'TransactionConflictException';

/**
 * Repeats a plain write while a transaction has its item, which the SDK does not do.
 * @throws the store's last answer when the item does not become free
 */
export async function outwaitTransactions<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  let refusal: unknown;
  const outcome = await optimistically(async () => {
    try {
      return { done: await ask() };
    } catch (error) {
      if (errorName(error) !== ITEM_IN_TRANSACTION) throw error;
      refusal = error;
      return 'conflict';
    }
  });
  if (!outcome) throw refusal;
  return outcome.done;
}
