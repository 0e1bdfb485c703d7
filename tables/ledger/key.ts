import { text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { Item } from '../dynamodb.ts';
import { ledgerTable } from './table.ts';

/** Key of an item of the ledger. */
export type LedgerKey = { pk: string; sk: string };

/** Stands for an organization that an item does not name; no identifier may start like this. */
export const UNKNOWN_ORGANIZATION = '(unknown)';

/** What every item of the ledger has. */
export const keyCodec = itemCodec(ledgerTable, 'any', { pk: text, sk: text });

export const parseKey = (item: Item): LedgerKey => keyCodec.decode(item);
