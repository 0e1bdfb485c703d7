import type { Attribute } from '../dynamodb.ts';
import { Damage, damageWithin } from './damage.ts';

/**
 * A stored shape as plain data: the name of a type, a list, or attributes by name (`?`: optional).
 */
export type Shape = string | readonly Shape[] | { readonly [attribute: string]: Shape };

/**
 * Reads and writes one attribute. `decode` throws `Damage` if the stored value has another type.
 */
export type Codec<Out, In = Out> = {
  readonly shape: Shape;
  /** Whether the attribute may be absent. */
  readonly isOptional?: true;
  /** The attribute's name, if it differs from the value's. */
  readonly storedAs?: string;
  decode: (stored: Attribute | undefined) => Out;
  encode: (value: In) => Attribute | undefined;
};
export type AnyCodec = Codec<unknown, never>;

/** An attribute stored as it is. */
export const scalar = <Value extends Attribute>(
  shape: string,
  expected: string,
  isOne: (stored: Attribute | undefined) => stored is Value,
): Codec<Value> => ({
  shape,
  decode: (stored) => {
    if (isOne(stored)) return stored;
    throw new Damage(expected, stored);
  },
  encode: (value) => value,
});

export const flag = scalar('flag', 'true or false', (stored) => typeof stored === 'boolean');
export const bytes = scalar('bytes', 'bytes', (stored) => stored instanceof Uint8Array);

// The most common types, inlined so that reading them needs no further call.

export const text: Codec<string> = {
  shape: 'text',
  decode: (stored) => {
    if (typeof stored === 'string') return stored;
    throw new Damage('text', stored);
  },
  encode: (value) => value,
};

/** Nano-dollars or other counts that are never rounded. */
export const money: Codec<bigint> = {
  shape: 'money',
  decode: (stored) => {
    if (typeof stored === 'bigint') return stored;
    throw new Damage('an integer', stored);
  },
  encode: (value) => value,
};

/** Times, counts and measurements that fit into a `number`. */
export const number: Codec<number> = {
  shape: 'number',
  decode: (stored) => {
    if (typeof stored === 'bigint') return Number(stored);
    if (typeof stored === 'number') return stored;
    throw new Damage('a number', stored);
  },
  encode: (value) => value,
};

/** One of these texts. */
export function words<const Word extends string>(list: readonly Word[]): Codec<Word> {
  const all = new Set<Attribute | undefined>(list);
  const isWord = (stored: Attribute | undefined): stored is Word => all.has(stored);
  return { ...scalar('', `one of ${list.join(', ')}`, isWord), shape: list };
}

/** One of these numbers. */
export const numbers = <const Value extends number>(among: readonly Value[]): Codec<Value> => ({
  shape: among.map(String),
  decode: (stored) => {
    const value = among.find((candidate) => candidate === number.decode(stored));
    if (value === undefined) throw new Damage(`one of ${among.join(', ')}`, stored);
    return value;
  },
  encode: (value) => value,
});

/** The stored value, unchanged. */
export const anything: Codec<Attribute | undefined, unknown> = {
  shape: 'anything',
  isOptional: true,
  decode: (stored) => stored,
  encode: (value) => value as Attribute | undefined,
};

/** Data of varying form for display. Its integers are small, so they are read as numbers. */
export const plain = <Value>(): Codec<Value> => ({
  shape: 'plain data',
  decode: (stored) => {
    if (stored === undefined) throw new Damage('plain data', stored);
    return asNumbers(stored) as Value;
  },
  encode: (value) => value as Attribute,
});

function asNumbers(stored: Attribute | undefined): unknown {
  if (typeof stored === 'bigint') return Number(stored);
  if (Array.isArray(stored)) return stored.map(asNumbers);
  if (!isMap(stored)) return stored;
  return Object.fromEntries(Object.entries(stored).map(([name, part]) => [name, asNumbers(part)]));
}

/**
 * Text that contains JSON, trusted to be what was written. `written` is a replacer for
 * `JSON.stringify`.
 */
export const json = <Value>(written?: (name: string, part: unknown) => unknown): Codec<Value> => ({
  shape: 'json',
  decode: (stored) => {
    try {
      return JSON.parse(text.decode(stored)) as Value;
    } catch (error) {
      throw error instanceof Damage ? error : new Damage('JSON', stored);
    }
  },
  encode: (value) => JSON.stringify(value, written),
});

/** Stores the attribute under another, often shorter name, because every write pays for names. */
export const named = <Out, In>(storedAs: string, codec: Codec<Out, In>): Codec<Out, In> => ({
  ...codec,
  storedAs,
});

/** An optional attribute. Some older items have `null` instead. */
export const optional = <Out, In>({
  shape,
  decode,
  encode,
}: Codec<Out, In>): Codec<Out | undefined, In | undefined> => ({
  shape,
  isOptional: true,
  decode: (stored) => (stored === undefined || stored === null ? undefined : decode(stored)),
  encode: (value) => (value === undefined ? undefined : encode(value)),
});

/** An attribute with a default for older items that lack it. */
export const orElse = <Out, In>(codec: Codec<Out, In>, other: Out): Codec<Out, In> => ({
  ...codec,
  isOptional: true,
  decode: (stored) => (stored === undefined ? other : codec.decode(stored)),
});

/** One of these words, each stored as a shorter one. */
export function letters<const Word extends string>(
  letterOf: Readonly<Record<Word, string>>,
): Codec<Word> {
  const pairs = Object.entries<string>(letterOf) as [Word, string][];
  const shortOf = new Map(pairs);
  const wordOf = new Map(pairs.map(([word, letter]) => [letter, word]));
  return {
    shape: letterOf,
    decode: (stored) => {
      const word = typeof stored === 'string' ? wordOf.get(stored) : undefined;
      if (word === undefined) throw new Damage(`one of ${[...wordOf.keys()].join(', ')}`, stored);
      return word;
    },
    encode: (word) => shortOf.get(word),
  };
}

/** An attribute that is read here but written elsewhere, such as an index key. */
export const readOnly = <Out>(codec: Codec<Out>): Codec<Out, unknown> => ({
  ...codec,
  encode: () => undefined,
});

/** An attribute that stores `null` if there is no value. */
export const nullable = <Out, In>({
  shape,
  decode,
  encode,
}: Codec<Out, In>): Codec<Out | undefined, In | undefined> => ({
  shape: ['null or', shape],
  decode: (stored) => (stored === null ? undefined : decode(stored)),
  encode: (value) => (value === undefined ? null : encode(value)),
});

/** Converts the attribute to and from another value. `to` may throw `Damage`. */
export const mapped = <Inner, Out, InnerIn = Inner, In = Out>(
  codec: Codec<Inner, InnerIn>,
  to: (inner: Inner) => Out,
  from: (value: In) => InnerIn,
): Codec<Out, In> => ({
  ...codec,
  decode: (stored) => to(codec.decode(stored)),
  encode: (value) => codec.encode(from(value)),
});

/** A list of values of one type. */
export const list = <Out, In>(of: Codec<Out, In>): Codec<Out[], readonly In[]> => ({
  shape: ['list of', of.shape],
  decode: (stored) => {
    if (!Array.isArray(stored)) throw new Damage('a list', stored);
    const values: Out[] = [];
    try {
      for (const part of stored) values.push(of.decode(part));
    } catch (error) {
      throw damageWithin(values.length, error);
    }
    return values;
  },
  encode: (values) => values.map((value) => of.encode(value) ?? null),
});

/** Values whose names come from outside. */
export const mapOf = <Out, In>(
  of: Codec<Out, In>,
): Codec<Map<string, Out>, ReadonlyMap<string, In>> => ({
  shape: ['map of', of.shape],
  decode: (stored) => {
    const values = new Map<string, Out>();
    const parts = asMap(stored);
    let at = '';
    try {
      for (const [name, part] of Object.entries(parts)) {
        at = name;
        values.set(name, of.decode(part));
      }
    } catch (error) {
      throw damageWithin(at, error);
    }
    return values;
  },
  encode: (values) =>
    Object.fromEntries([...values].map(([name, value]) => [name, of.encode(value)])),
});

/** The same as a record. */
export const recordOf = <Out, In>(
  of: Codec<Out, In>,
): Codec<Record<string, Out>, Readonly<Record<string, In | undefined>>> =>
  mapped(
    mapOf(of),
    (values) => Object.fromEntries(values),
    (record: Readonly<Record<string, In | undefined>>) =>
      new Map(
        Object.entries(record).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value] as const],
        ),
      ),
  );

/** A stored map; no other attribute has that type. */
export function asMap(stored: Attribute | undefined): StoredMap {
  if (isMap(stored)) return stored;
  throw new Damage('a map', stored);
}

type StoredMap = Record<string, Attribute | undefined>;

export const isMap = (stored: Attribute | undefined): stored is StoredMap =>
  typeof stored === 'object' &&
  stored !== null &&
  !Array.isArray(stored) &&
  !(stored instanceof Uint8Array) &&
  !(stored instanceof Set);

/** A part that this form of a value requires. */
export function present<Value>(name: string, value: Value | undefined): Value {
  if (value === undefined) throw new Damage('there', undefined).within(name);
  return value;
}
