import { text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { Item } from '../dynamodb.ts';
import { ledgerTable } from './table.ts';

/** Key of a ledger item. */
export type LedgerKey = { pk: string; sk: string };

/** Stands in if an item names no organization. Identifiers cannot start like this. */
export const UNKNOWN_ORGANIZATION = '(unknown)';

/** The attributes of every ledger item. */
export const keyCodec = itemCodec(ledgerTable, 'any', { pk: text, sk: text });

export const parseKey = (item: Item): LedgerKey => keyCodec.decode(item);
