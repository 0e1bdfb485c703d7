/** Key of an item of the ledger. */
export type LedgerKey = { pk: string; sk: string };

/** Stands for an organization that an item does not name; no identifier may start like this. */
export const UNKNOWN_ORGANIZATION = '(unknown)';

/** Money in the store is an integer, or the item is damaged: then nothing may be decided from it. */
export function storedMoney(stored: unknown): bigint {
  if (typeof stored !== 'bigint') throw new Error('the ledger holds an amount that is no integer');
  return stored;
}
