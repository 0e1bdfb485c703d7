import type { Attribute } from '../dynamodb.ts';
import { type AnyCodec, asMap, type Codec } from './attributes.ts';
import { Damage, damageWithin } from './damage.ts';

/** Attributes by their names in the code. Use `named` for a different stored name. */
export type Spec = Readonly<Record<string, AnyCodec>>;
type OutOf<One> = One extends Codec<infer Out, infer _In> ? Out : never;
type InOf<One> = One extends Codec<infer _Out, infer In> ? In : never;
type MayLack<Fields extends Spec> = {
  [Name in keyof Fields]: undefined extends InOf<Fields[Name]> ? Name : never;
}[keyof Fields];

/** The decoded attributes; absent ones are `undefined`. */
export type Decoded<Fields extends Spec> = { [Name in keyof Fields]: OutOf<Fields[Name]> };
/** What these attributes accept. */
export type Encodable<Fields extends Spec> = {
  [Name in Exclude<keyof Fields, MayLack<Fields>>]: InOf<Fields[Name]>;
} & { [Name in MayLack<Fields>]?: InOf<Fields[Name]> };

/** Named attributes of an item, or of a map within it. */
export function fields<const Fields extends Spec>(
  spec: Fields,
): Codec<Decoded<Fields>, Encodable<Fields>> {
  const parts = partsOf(spec);
  const empty = emptyOf(parts);
  return {
    shape: Object.fromEntries(
      parts.map(({ stored, codec }) => [codec.isOptional ? `${stored}?` : stored, codec.shape]),
    ),
    decode: (map) => {
      const item = asMap(map);
      const value: Record<string, unknown> = { ...empty };
      let at = '';
      try {
        for (const part of parts) {
          at = part.stored;
          const stored = item[at];
          if (stored === undefined && part.mayLack) continue;
          value[part.name] = part.codec.decode(stored);
        }
      } catch (error) {
        throw damageWithin(at, error);
      }
      return value as Decoded<Fields>;
    },
    encode: (value) => {
      const record = value as Record<string, never>;
      const item: Record<string, Attribute> = {};
      for (const { name, stored, codec } of parts) {
        const attribute = codec.encode(record[name] as never);
        if (attribute !== undefined) item[stored] = attribute;
      }
      return item;
    },
  };
}

/**
 * A list with named positions. It is shorter than a map, which pays for names. The last may be
 * absent.
 */
export function row<const Fields extends Spec>(
  spec: Fields,
): Codec<Decoded<Fields>, Encodable<Fields>> {
  const parts = partsOf(spec);
  const empty = emptyOf(parts);
  return {
    shape: parts.map(({ codec }) => (codec.isOptional ? ['optional', codec.shape] : codec.shape)),
    decode: (stored) => {
      if (!Array.isArray(stored)) throw new Damage('a list', stored);
      const value: Record<string, unknown> = { ...empty };
      let place = 0;
      try {
        for (const { name, codec } of parts) {
          value[name] = codec.decode(stored[place]);
          place += 1;
        }
      } catch (error) {
        throw damageWithin(place, error);
      }
      return value as Decoded<Fields>;
    },
    encode: (value) => {
      const record = value as Record<string, never>;
      const places = parts.map(({ name, codec }) => codec.encode(record[name] as never));
      const length = places.findLastIndex((place) => place !== undefined) + 1;
      return places.slice(0, length).map((place) => place ?? null);
    },
  };
}

/** The same attribute for each of these names. */
export const eachOf = <Name extends string, One extends AnyCodec>(
  names: readonly Name[],
  codec: One,
): Record<Name, One> => Object.fromEntries(names.map((name) => [name, codec])) as Record<Name, One>;

/** Starting from the same object is faster to fill and read, because most optional attributes are absent. */
const emptyOf = (parts: ReturnType<typeof partsOf>): Record<string, unknown> =>
  Object.fromEntries(parts.map(({ name, absent }) => [name, absent]));

/** The names come from the code, so none can collide with an inherited property. */
function partsOf(spec: Spec) {
  return Object.entries(spec).map(([name, codec]) => {
    const stored = codec.storedAs ?? name;
    if (name in Object.prototype || stored in Object.prototype) {
      throw new Error(`Every object inherits ${name}. Give the attribute another name.`);
    }
    const absent = codec.isOptional ? codec.decode(undefined) : undefined;
    // Default lists are created per value, so that none is shared.
    const mayLack = codec.isOptional === true && typeof absent !== 'object';
    return { name, stored, codec, absent, mayLack };
  });
}
