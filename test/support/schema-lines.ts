export type Schema = Record<string, unknown>;

/** Parts that do not affect which requests are accepted. */
const FOR_READERS = new Set([
  'description',
  'title',
  'examples',
  'example',
  'id',
  '$schema',
  '$id',
]);
const NESTED = new Set(['properties', 'items', 'required', '$defs', 'anyOf', 'oneOf', 'allOf']);

/**
 * One line per field of a schema, with all of its constraints.
 * @param definitions named schemas to expand where a field refers to them; without them, prints the
 *   name
 */
export function schemaLines(
  schema: Schema,
  path: string,
  definitions?: Record<string, Schema>,
  isRequired = true,
): string[] {
  const reference =
    typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
  const mark = `${path}${isRequired ? '' : '?'}`;
  if (reference !== undefined) {
    return definitions === undefined
      ? [`${mark} ${reference}`]
      : schemaLines(definitions[reference] ?? {}, path, definitions, isRequired);
  }
  const limits = Object.entries(schema).filter(
    ([name, value]) =>
      !FOR_READERS.has(name) &&
      !NESTED.has(name) &&
      !(typeof value === 'object' && name !== 'enum' && name !== 'default'),
  );
  const own = `${mark} ${JSON.stringify(Object.fromEntries(limits))}`;
  const required = (schema['required'] ?? []) as string[];
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).flatMap(
    ([name, field]) => schemaLines(field, `${path}.${name}`, definitions, required.includes(name)),
  );
  const options = (['anyOf', 'oneOf', 'allOf'] as const).flatMap((kind) =>
    ((schema[kind] ?? []) as Schema[]).flatMap((option, at) =>
      schemaLines(option, `${path}|${at + 1}`, definitions),
    ),
  );
  const inner = (['items', 'additionalProperties', 'propertyNames'] as const).flatMap((kind) =>
    typeof schema[kind] === 'object'
      ? schemaLines(schema[kind] as Schema, `${path}.(${kind})`, definitions)
      : [],
  );
  return [own, ...members, ...options, ...inner];
}
