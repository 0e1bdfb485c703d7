import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Attribute, Item } from '../../tables/dynamodb.ts';

/** An item in DynamoDB's JSON, such as `{ "pk": { "S": "text" } }`. */
export type StoredItem = Record<string, AttributeValue>;

const INTEGER = /^-?\d+$/;

/**
 * Writes an item or key in DynamoDB's JSON. Leaves out what is `undefined`.
 * @throws Error for what DynamoDB cannot hold exactly: an empty set, a number that is not finite, and
 *   an integer as a `number` beyond 2^53
 */
export function storedItem(item: Item): StoredItem {
  const stored: [string, AttributeValue][] = [];
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) stored.push([name, storedAttribute(value)]);
  }
  return Object.fromEntries(stored);
}

/** Reads an item. Integers become `bigint`, so that no amount of money is ever rounded. */
export const itemOf = (stored: StoredItem): Item =>
  Object.fromEntries(Object.entries(stored).map(([name, value]) => [name, attributeOf(value)]));

function storedAttribute(value: Attribute): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'bigint':
      return { N: String(value) };
    case 'number':
      return { N: exactNumber(value) };
    case 'boolean':
      return { BOOL: value };
    default:
      return storedObject(value);
  }
}

function storedObject(
  value: Exclude<Attribute, string | bigint | number | boolean>,
): AttributeValue {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) {
    return { L: value.filter((member) => member !== undefined).map(storedAttribute) };
  }
  if (value instanceof Uint8Array) return { B: base64(value) };
  if (!(value instanceof Set)) return { M: storedItem(value) };
  if (value.size === 0) throw new Error('DynamoDB has no empty sets');
  return { SS: [...value] };
}

function exactNumber(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new Error(`${value} is not an exact number: use a bigint`);
  }
  return String(value);
}

function attributeOf(stored: AttributeValue): Attribute {
  const [type, value]: [string?, unknown?] = Object.entries(stored)[0] ?? [];
  switch (type) {
    case 'S':
    case 'BOOL':
      return value as string | boolean;
    case 'N':
      return INTEGER.test(value as string) ? BigInt(value as string) : Number(value);
    case 'M':
      return itemOf(value as StoredItem);
    case 'L':
      return (value as AttributeValue[]).map(attributeOf);
    case 'NULL':
      return null;
    case 'SS':
      return new Set(value as string[]);
    case 'B':
      return bytesOf(value as string | Uint8Array);
    default:
      throw new Error(`an attribute has the type ${type}, which stores do not use`);
  }
}

/** The SDK's types have the bytes that its serializer would encode. */
const base64 = (bytes: Uint8Array): never => Buffer.from(bytes).toString('base64') as never;

/** The SDK's stream client has decoded them already. */
const bytesOf = (value: string | Uint8Array): Uint8Array =>
  typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : value;
