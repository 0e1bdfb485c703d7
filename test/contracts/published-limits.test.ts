import { expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../contracts/routes.ts';
import { usageEvent } from '../../contracts/usage.ts';
import { type Schema, schemaLines } from '../support/schema-lines.ts';

const definitionsOf = (schema: Schema) => (schema['$defs'] ?? {}) as Record<string, Schema>;

/**
 * Published bounds, defaults, choices and required fields of every request. Changing one may break
 * requests that used to work. If this fails, check the difference, then record it with `vitest -u`.
 */
test.each(Object.entries(ROUTES))('what %s takes is as it was published', (_, route) => {
  const lines = (['params', 'query', 'body'] as const).flatMap((part) => {
    const schema = route[part];
    if (!schema) return [];
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
    return schemaLines(json, part, definitionsOf(json));
  });
  const { method, path, maxBodyBytes, idempotencyKey, roles } = route;
  expect({ method, path, maxBodyBytes, idempotencyKey, roles, lines }).toMatchSnapshot();
});

test('what a usage event takes is as it was published', () => {
  const json = z.toJSONSchema(usageEvent, { io: 'input', unrepresentable: 'any' }) as Schema;
  expect(schemaLines(json, 'event', definitionsOf(json))).toMatchSnapshot();
});
