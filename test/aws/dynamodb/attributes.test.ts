import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemOf, storedItem, type StoredItem } from '../../../aws/dynamodb/attributes.ts';
import type { Attribute, Item } from '../../../tables/dynamodb.ts';

/** `__proto__` is refused where JSON is read, and the SDK loses it. */
const name = fc.string().filter((text) => text !== '__proto__');
const beyondDoubles = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const { attribute } = fc.letrec<{ attribute: Attribute | undefined }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'grapheme' }),
    beyondDoubles,
    fc.bigInt({ min: -1000n, max: 1000n }),
    fc.maxSafeInteger(),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(fc.string(), { minLength: 1, maxLength: 5 }).map((texts) => new Set(texts)),
    fc.array(tie('attribute'), { maxLength: 4 }) as fc.Arbitrary<Attribute>,
    fc.dictionary(name, tie('attribute'), { maxKeys: 4 }),
  ),
}));
const items: fc.Arbitrary<Item> = fc.dictionary(name, attribute, { maxKeys: 6 });

/** As it would be sent: the SDK encodes bytes where it writes JSON. */
const sent = (stored: unknown): unknown =>
  JSON.parse(
    JSON.stringify(stored, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );

const wrapNumbers = (text: string): bigint | number =>
  /^-?\d+$/.test(text) ? BigInt(text) : Number(text);

test("items are stored as the SDK's marshaller stores them, and read as it reads them", () => {
  fc.assert(
    fc.property(items, (item) => {
      const stored = marshall(item, { removeUndefinedValues: true });
      expect(JSON.parse(JSON.stringify(storedItem(item)))).toEqual(sent(stored));
      const read = unmarshall(stored, { wrapNumbers });
      expect(itemOf(sent(stored) as StoredItem)).toEqual(read);
      // The stream client has decoded the bytes already.
      expect(itemOf(stored)).toEqual(read);
    }),
    { numRuns: 500 },
  );
});

test('an item is read as it was stored, with integers as bigint', () => {
  const item: Item = {
    money: 9_007_199_254_740_993n,
    most: 10n ** 38n - 1n,
    count: 3,
    share: 0.1,
    small: 1e-7,
    text: '',
    flags: [true, null, false],
    tags: new Set(['a', 'b']),
    bytes: new Uint8Array([0, 255]),
    nested: { a: { b: [{ c: 1n }] } },
    absent: undefined,
  };
  const { absent: _, ...present } = item;
  expect(itemOf(JSON.parse(JSON.stringify(storedItem(item))) as StoredItem)).toEqual({
    ...present,
    count: 3n,
  });
});

test('a name that objects inherit is a name like any other', () => {
  const stored = JSON.parse('{"__proto__":{"M":{"__proto__":{"S":"a"}}}}') as StoredItem;
  const item = itemOf(stored);
  expect(Object.entries(item)).toHaveLength(1);
  expect(JSON.stringify(storedItem(item))).toBe(JSON.stringify(stored));
});

test.each([
  ['an empty set', new Set<string>()],
  ['an integer beyond 2^53 as a number', 2 ** 53],
  ['infinity', Infinity],
  ['no number', Number.NaN],
])('%s is refused, as by the SDK', (_, value) => {
  expect(() => storedItem({ value })).toThrow();
  expect(() => marshall({ value })).toThrow();
});

test('an attribute of a type that stores do not use is refused', () => {
  expect(() => itemOf({ value: { NS: ['1'] } })).toThrow(/NS/);
});
