import { optimistically, type Pause } from '../../tables/optimistically.ts';

type Policy = {
  /** Whether the error passes, so that the same call may succeed later. */
  isPassing: (error: unknown) => boolean;
  attempts?: number;
  /** Waits before the next attempt. */
  pauseAfter?: (error: unknown, failures: number) => Promise<void>;
};

/**
 * Repeats a call while its errors are passing ones.
 * @throws the last error
 */
export async function retried<Answer>(
  ask: () => Promise<Answer>,
  { isPassing, attempts, pauseAfter }: Policy,
): Promise<Answer> {
  let last: unknown;
  const pause: Pause | undefined = pauseAfter && ((failures) => pauseAfter(last, failures));
  const outcome = await optimistically(
    async () => {
      try {
        return { done: await ask() };
      } catch (error) {
        if (!isPassing(error)) throw error;
        last = error;
        return 'conflict';
      }
    },
    { ...(attempts === undefined ? {} : { attempts }), pause },
  );
  if (!outcome) throw last;
  return outcome.done;
}

/** DynamoDB's answer to a plain write while a transaction holds the item. Nothing was decided. */
export const ITEM_IN_TRANSACTION = 'TransactionConflictException';

/**
 * Repeats a plain write while a transaction holds its item.
 * @throws the store's last answer if the item stays locked
 */
export const outwaitTransactions = <Answer>(ask: () => Promise<Answer>): Promise<Answer> =>
  retried(ask, {
    isPassing: (error) => error instanceof Error && error.name === ITEM_IN_TRANSACTION,
  });
