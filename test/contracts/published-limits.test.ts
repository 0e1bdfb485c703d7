import { expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../contracts/routes.ts';

type Schema = Record<string, unknown>;

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

/** One line for each field of a schema, with everything that limits it. */
function linesOf(schema: Schema, path: string, root: Schema, isRequired = true): string[] {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const definitions = root['$defs'] as Record<string, Schema>;
    return linesOf(definitions[reference.split('/').at(-1) ?? ''] ?? {}, path, root, isRequired);
  }
  const limits = Object.entries(schema).filter(
    ([name, value]) =>
      !FOR_READERS.has(name) &&
      !NESTED.has(name) &&
      !(typeof value === 'object' && name !== 'enum' && name !== 'default'),
  );
  const own = `${path}${isRequired ? '' : '?'} ${JSON.stringify(Object.fromEntries(limits))}`;
  const required = (schema['required'] ?? []) as string[];
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).flatMap(
    ([name, field]) => linesOf(field, `${path}.${name}`, root, required.includes(name)),
  );
  const options = (['anyOf', 'oneOf', 'allOf'] as const).flatMap((kind) =>
    ((schema[kind] ?? []) as Schema[]).flatMap((option, at) =>
      linesOf(option, `${path}|${at + 1}`, root),
    ),
  );
  const inner = (['items', 'additionalProperties', 'propertyNames'] as const).flatMap((kind) =>
    typeof schema[kind] === 'object'
      ? linesOf(schema[kind] as Schema, `${path}.(${kind})`, root)
      : [],
  );
  return [own, ...members, ...options, ...inner];
}

/**
 * Bounds, defaults, choices and required fields of every request, as they are published. A request
 * that was taken may be refused when one changes, so a change is a decision: `vitest -u` records it.
 */
test.each(Object.entries(ROUTES))('what %s takes is as it was published', (_, route) => {
  const lines = (['params', 'query', 'body'] as const).flatMap((part) => {
    const schema = route[part];
    if (!schema) return [];
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
    return linesOf(json, part, json);
  });
  const { method, path, maxBodyBytes, idempotencyKey, roles } = route;
  expect({ method, path, maxBodyBytes, idempotencyKey, roles, lines }).toMatchSnapshot();
});
