import { isDeepStrictEqual } from 'node:util';
import type { Attribute, Item } from '../../tables/dynamodb.ts';

/**
 * A copy of an item as the store would return it: without undefined values, and with exact
 * integers.
 */
export const storedItem = (item: Item): Item => storedMap(item);

/** A value as the store would return it. */
function storedValue(value: Attribute): Attribute {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${value} cannot be stored`);
    return Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storedValue);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Set) {
    if (value.size === 0) throw new Error('an empty set cannot be stored');
    return new Set(value);
  }
  return storedMap(value);
}

function storedMap(map: { [name: string]: Attribute | undefined }): Record<string, Attribute> {
  const copy: Record<string, Attribute> = {};
  for (const name in map) {
    const value = map[name];
    if (value !== undefined) copy[name] = storedValue(value);
  }
  return copy;
}

/** Whether a value is a map, the only type that paths traverse here. */
export const isMap = (value: Attribute | undefined): value is Item =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Set) &&
  !(value instanceof Uint8Array);

/** The value at the end of a path, if every map along it exists. */
export function valueAt(item: Item | undefined, path: readonly string[]): Attribute | undefined {
  let value: Attribute | undefined = item;
  for (const name of path) value = isMap(value) ? value[name] : undefined;
  return value;
}

/** Whether two stored values have the same type and content. */
export const equalValues = (a: Attribute, b: Attribute): boolean =>
  a === b || isDeepStrictEqual(a, b);

/** Whether two stored values have the same ordered type and satisfy the comparison. */
export function compareValues(
  a: Attribute | undefined,
  b: Attribute | undefined,
  ordered: (order: number) => boolean,
): boolean {
  if (isNumber(a) && isNumber(b)) return ordered(a < b ? -1 : a > b ? 1 : 0);
  if (typeof a === 'string' && typeof b === 'string') return ordered(compareTexts(a, b));
  return false;
}

const PLAIN = /^[\x20-\x7e\n]*$/;

/** DynamoDB's string order: by UTF-8 bytes. For plain ASCII, that is the order of the characters. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (PLAIN.test(a) && PLAIN.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || typeof value === 'number';
