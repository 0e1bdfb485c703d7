import { pick } from './pick.ts';
import type { Random } from '../simulation/random.ts';
import {
  isObject,
  type Json,
  pathsIn,
  valueAt,
  withoutPath,
  withRaw,
} from '../support/json-places.ts';
import { EXTREME_NUMBERS, HOSTILE_KINDS, PROTOTYPE_NAMES } from './hostile-values.ts';

type Change = (body: Json, random: Random) => Buffer;

/** Ways to corrupt a body, by name. */
export const BODY_CHANGES: readonly [name: string, change: Change][] = [
  ['a value', withValue],
  ['a value', withValue],
  ['a value', withValue],
  ['an extreme number', withExtremeNumber],
  ['prototype names everywhere', withPrototypeNames],
  ['an added name', withAddedName],
  ['a name twice', withNameTwice],
  ['a missing name', withMissingName],
  ['another encoding', inOtherEncoding],
  ['another whole', asOtherWhole],
];

const anyPath = (body: Json, random: Random) => pick(random, pathsIn(body));

function withValue(body: Json, random: Random): Buffer {
  const kind = pick(random, HOSTILE_KINDS);
  return Buffer.from(withRaw(body, anyPath(body, random), pick(random, kind)));
}

function withExtremeNumber(body: Json, random: Random): Buffer {
  const numbers = pathsIn(body).filter((path) => typeof valueAt(body, path) === 'number');
  const path = numbers.length === 0 ? anyPath(body, random) : pick(random, numbers);
  return Buffer.from(withRaw(body, path, pick(random, EXTREME_NUMBERS)));
}

/** Replaces every free text with a property name of objects; keeps enumerated values. */
function withPrototypeNames(body: Json, random: Random): Buffer {
  const name = pick(random, PROTOTYPE_NAMES);
  const renamed = (value: Json, field: string): Json => {
    if (Array.isArray(value)) return value.map((item) => renamed(item, field));
    if (!isObject(value)) {
      return typeof value === 'string' && (IDENTIFIERS.has(field) || random.chance(0.2))
        ? name
        : value;
    }
    const entries = Object.entries(value).map(([key, inner]) => [
      field === 'tags' ? name : key,
      renamed(inner, key),
    ]);
    return Object.fromEntries(entries) as Json;
  };
  return Buffer.from(JSON.stringify(renamed(body, '')));
}

const IDENTIFIERS = new Set(
  ['system', 'userId', 'departmentId', 'operation', 'region', 'scopeId', 'tags', 'reason'].concat([
    'eventId',
    'correctionId',
    'name',
    'source',
    'sharedDepartments',
    'version',
  ]),
);

function withAddedName(body: Json, random: Random): Buffer {
  const path = objectIn(body, random);
  if (path === undefined) return Buffer.from(JSON.stringify(body));
  const inside = JSON.stringify(valueAt(body, path)).slice(1, -1);
  const name = pick(random, [...PROTOTYPE_NAMES, 'unknownField', '', '\u0000', 'n'.repeat(3_000)]);
  const raw = pick(random, ['"x"', '{}', '{"toString":1}', '1', 'null', '{"role":"admin"}']);
  const added = `${JSON.stringify(name)}:${raw}`;
  return Buffer.from(withRaw(body, path, `{${inside === '' ? added : `${inside},${added}`}}`));
}

function withNameTwice(body: Json, random: Random): Buffer {
  const path = objectIn(body, random);
  if (path === undefined) return Buffer.from(JSON.stringify(body));
  const inside = JSON.stringify(valueAt(body, path)).slice(1, -1);
  return Buffer.from(withRaw(body, path, `{${inside}${inside === '' ? '' : ','}${inside}}`));
}

function withMissingName(body: Json, random: Random): Buffer {
  const path = anyPath(body, random);
  return Buffer.from(path.length === 0 ? '{}' : JSON.stringify(withoutPath(body, path)));
}

/** The path of an object in the body, if it has one: a message to `/mcp` may be any text. */
function objectIn(body: Json, random: Random): (string | number)[] | undefined {
  const objects = pathsIn(body).filter((path) => isObject(valueAt(body, path)));
  return objects.length === 0 ? undefined : [...pick(random, objects)];
}

function inOtherEncoding(body: Json, random: Random): Buffer {
  const text = JSON.stringify(body);
  const bytes = Buffer.from(text);
  const at = random.int(0, bytes.length);
  const inserted = (inside: string | number[]): Buffer =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(inside as string), bytes.subarray(at)]);
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  return pick(random, [
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
    () => utf16,
    () => Buffer.from(utf16).swap16(),
    () => inserted([0xff]),
    () => inserted([0xc0, 0xaf]),
    () => inserted([0xed, 0xa0, 0x80]),
    () => inserted([0xf4, 0x90, 0x80, 0x80]),
    () => inserted('\u0000'),
    () => inserted('\\ud800'),
    () => inserted('e\u0301'),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes, bytes]),
    () => Buffer.from(text.replaceAll('"', "'")),
    () => Buffer.from(text.replaceAll(',', ',\n/* */')),
    () => Buffer.from(text.toUpperCase()),
  ])();
}

function asOtherWhole(body: Json, random: Random): Buffer {
  const text = JSON.stringify(body);
  return Buffer.from(
    pick(random, [
      () => '',
      () => 'null',
      () => '[]',
      () => `[${text}]`,
      () => JSON.stringify(text),
      () => `${text}}`,
      () => `${' '.repeat(70_000)}${text}`,
      () => `${' '.repeat(1_100_000)}${text}`,
      () => '['.repeat(50_000),
      () => `${'{"a":'.repeat(20_000)}${text}${'}'.repeat(20_000)}`,
      () => '{"__proto__":{"role":"admin"}}',
      () => new URLSearchParams({ body: text }).toString(),
    ])(),
  );
}
