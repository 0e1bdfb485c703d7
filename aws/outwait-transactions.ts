import { optimistically } from '../tables/optimistically.ts';
import { errorName } from './dynamodb-answers.ts';

/** DynamoDB's answer to a plain write while a transaction holds the item. Nothing was decided. */
export const ITEM_IN_TRANSACTION = 'TransactionConflictException';

/**
 * Retries a plain write while a transaction holds its item, which the SDK does not do.
 * @throws the store's last answer if the item stays locked
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
