import { ownValue } from '../../domain/own-value.ts';
import type { TableDefinition } from '../definition.ts';
import type { Item } from '../dynamodb.ts';
import { asMap, Damage, type Shape } from './attributes.ts';
import { type Decoded, type Encodable, fields, type Spec } from './fields.ts';

/** Reads and writes one kind of item. It stands beside the table of these items. */
export type ItemCodec<Out = unknown, In = never> = {
  readonly table: string;
  /** What items of this kind are called. */
  readonly kind: string;
  /** What is stored; `test/tables/stored-shapes.test.ts` notices when it changes. */
  readonly shape: Shape;
  /** @throws DamagedItemError where an attribute is missing or of the wrong type */
  decode: (item: Item) => Out;
  /** The attributes of a value. Keys and times to live that no value holds are the caller's to add. */
  encode: (value: In) => Item;
};

/** An item cannot be read, so nothing may be decided from it. Names the table, item and attribute. */
export class DamagedItemError extends Error {
  override name = 'DamagedItemError';
}

/** @param spec the attributes, by the names that a value has in the code */
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
