import { isObject, type Json, listOf, numberOf, objectOf, textOf } from './json.ts';

const MOST_LEVELS = 12;

/**
 * The smallest value that satisfies a JSON schema: required members only, shortest lists. Knows the
 * keywords that structured outputs and tools use; ignores patterns and conditions.
 * @param text what free texts say
 */
export function sampleOf(
  schema: unknown,
  text: string,
  root: unknown = schema,
  level = 0,
): unknown {
  if (!isObject(schema) || level > MOST_LEVELS) return {};
  const next = (part: unknown): unknown => sampleOf(part, text, root, level + 1);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (typeof schema['$ref'] === 'string') return next(resolve(root, schema['$ref']));
  const [variant] = listOf(schema['anyOf'] ?? schema['oneOf']);
  if (variant !== undefined) return next(variant);
  const all = listOf(schema['allOf']);
  if (all.length > 0) return Object.assign({}, ...all.map((part) => objectOf(next(part)))) as Json;
  switch (typeOf(schema)) {
    case 'string':
      return sampleText(schema, text);
    case 'integer':
    case 'number':
      return sampleNumber(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array': {
      const length = numberOf(schema['minItems']) ?? 1;
      return Array.from({ length }, () => next(schema['items']));
    }
    default:
      return sampleObject(schema, next);
  }
}

function typeOf(schema: Json): string {
  const type = schema['type'];
  if (Array.isArray(type)) return textOf(type.find((name) => name !== 'null'));
  return textOf(type);
}

function sampleObject(schema: Json, next: (part: unknown) => unknown): Json {
  const properties = new Map(Object.entries(objectOf(schema['properties'])));
  const required = Array.isArray(schema['required'])
    ? schema['required'].map(textOf)
    : [...properties.keys()];
  return Object.fromEntries(required.map((name) => [name, next(properties.get(name))]));
}

const FORMATS = new Map([
  ['date', '2026-01-15'],
  ['date-time', '2026-01-15T09:00:00Z'],
  ['time', '09:00:00Z'],
  ['email', 'person@example.com'],
  ['uri', 'https://example.com/'],
  ['uuid', '00000000-0000-4000-8000-000000000000'],
]);

function sampleText(schema: Json, text: string): string {
  const format = FORMATS.get(textOf(schema['format']));
  if (format !== undefined) return format;
  const least = numberOf(schema['minLength']) ?? 0;
  const most = numberOf(schema['maxLength']) ?? Math.max(40, least);
  return (text === '' ? 'text' : text).slice(0, most).padEnd(least, '.');
}

function sampleNumber(schema: Json): number {
  const above = numberOf(schema['exclusiveMinimum']);
  const least = numberOf(schema['minimum']) ?? (above === undefined ? 1 : above + 1);
  return Math.min(least, numberOf(schema['maximum']) ?? Infinity);
}

/** Follows a local reference such as `#/$defs/item`. */
function resolve(root: unknown, reference: string): unknown {
  let value = root;
  for (const step of reference.split('/').slice(1)) {
    value = new Map(Object.entries(objectOf(value))).get(step.replaceAll('~1', '/'));
  }
  return value;
}
