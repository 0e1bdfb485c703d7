import { ownValue } from '../../domain/own-value.ts';
import type { TableDefinition } from '../definition.ts';
import type { Item } from '../dynamodb.ts';
import { asMap, type Shape } from './attributes.ts';
import { Damage } from './damage.ts';
import { type Decoded, type Encodable, fields, type Spec } from './fields.ts';

/** Reads and writes one kind of item. Declared next to the item's table. */
export type ItemCodec<Out = unknown, In = never> = {
  readonly table: string;
  /** The name of this kind of item. */
  readonly kind: string;
  /** The stored shape. `test/tables/stored-shapes.test.ts` fails if it changes. */
  readonly shape: Shape;
  /** @throws DamagedItemError if an attribute is missing or has the wrong type */
  decode: (item: Item) => Out;
  /**
   * A value's attributes. The caller adds keys and times to live that are not part of the value.
   */
  encode: (value: In) => Item;
};

/**
 * An item is unreadable, so no decision may be based on it. Names the table, item and attribute.
 */
export class DamagedItemError extends Error {
  override name = 'DamagedItemError';
}

/** @param spec the attributes by their names in the code */
export function itemCodec<const Fields extends Spec>(
  table: TableDefinition,
  kind: string,
  spec: Fields,
): ItemCodec<Decoded<Fields>, Encodable<Fields>> {
  const { shape, decode, encode } = fields(spec);
  return {
    table: table.name,
    kind,
    shape,
    decode: (item) => {
      try {
        return decode(item);
      } catch (error) {
        throw error instanceof Damage ? damagedItem(table, item, error) : error;
      }
    },
    encode: (value) => asMap(encode(value)),
  };
}

function damagedItem(table: TableDefinition, item: Item, damage: Damage): DamagedItemError {
  const { partitionKey, sortKey } = table;
  const key = [partitionKey, ...(sortKey ? [sortKey] : [])].map(({ name }) =>
    String(ownValue(item, name)),
  );
  return new DamagedItemError(
    `Item ${key.join(' ')} of table ${table.name} is damaged: ${damage.path} ${damage.message}.`,
  );
}
