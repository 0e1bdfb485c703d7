import * as z from 'zod';
import { ROUTES } from '../../contracts/routes.ts';
import type { Schema } from './schema-lines.ts';

/** An answer's operation and content. */
type Shown = readonly [operationId: string, content: unknown];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The members of successful answers that none of the answers shows, by where they are: an operation,
 * or a schema that several operations share.
 */
export function unshownMembers(answers: readonly Shown[]): string[] {
  const definitions = new Map<string, Schema>();
  const valuesOf = new Map<string, unknown[]>();
  const unshown: string[] = [];

  function walk(schema: Schema, values: unknown[], path: string): void {
    if (typeof schema['$ref'] === 'string') {
      const name = schema['$ref'].split('/').at(-1) ?? '';
      valuesOf.set(name, [...(valuesOf.get(name) ?? []), ...values]);
      return;
    }
    const objects = values.filter(isObject);
    for (const [name, member] of Object.entries(schema['properties'] ?? {})) {
      const shown = objects.flatMap((each) => (name in each ? [each[name]] : []));
      if (shown.length === 0) unshown.push(`${path}.${name}`);
      else walk(member as Schema, shown, `${path}.${name}`);
    }
    const { items, additionalProperties } = schema;
    if (isObject(items)) walk(items, values.filter(Array.isArray).flat(), `${path}[]`);
    if (isObject(additionalProperties)) {
      walk(additionalProperties, objects.flatMap(Object.values), `${path}.*`);
    }
    for (const kind of ['anyOf', 'oneOf', 'allOf']) {
      for (const option of (schema[kind] ?? []) as Schema[]) walk(option, values, path);
    }
  }

  for (const [operationId, route] of Object.entries(ROUTES)) {
    const contents = answers.flatMap(([id, content]) => (id === operationId ? [content] : []));
    for (const [status, { schema }] of Object.entries(route.responses)) {
      if (!schema || Number(status) >= 300) continue;
      const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Schema;
      for (const [name, definition] of Object.entries(json['$defs'] ?? {})) {
        definitions.set(name, definition as Schema);
      }
      walk(json, contents, operationId);
    }
  }
  // Iterating over a map includes the schemas that a schema refers to.
  for (const [name, values] of valuesOf) walk(definitions.get(name) ?? {}, values, name);
  return [...new Set(unshown)].toSorted();
}
