import { expect, test } from 'vitest';
import * as z from 'zod';
import { ROUTES } from '../../contracts/routes.ts';
import { usageEvent } from '../../contracts/usage.ts';

type Schema = {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  format?: string;
  pattern?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
} & Partial<Record<'anyOf' | 'oneOf' | 'allOf', Schema[]>>;

/** The bound that zod reports for an unlimited whole number. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * Never stored: schemas with their own limits count these where they are read, and members of
 * messages of any format pass through.
 */
const UNSTORED = new Set([
  ...['', 'parts[].'].flatMap((within) => [
    `${within}providerUsage`,
    `${within}providerUsage.(name)`,
  ]),
  'system[]',
  'messages[]',
  'messages[].content[]',
  // Passed on to a model; the size of the body limits it.
  'request',
  'request.system[]',
  'request.messages[]',
  'request.inferenceConfig',
]);

/** Fields of a schema that allow an unlimited number, text or list. */
function unlimitedIn(schema: Schema, path = '', root = schema): string[] {
  if (schema.$ref) {
    const referred = root.$defs?.[schema.$ref.split('/').at(-1) ?? ''];
    return referred ? unlimitedIn(referred, path, root) : [path];
  }
  const inner = [
    ...(['anyOf', 'oneOf', 'allOf'] as const).flatMap((kind) =>
      (schema[kind] ?? []).flatMap((option) => unlimitedIn(option, path, root)),
    ),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      unlimitedIn(field, path === '' ? name : `${path}.${name}`, root),
    ),
    ...(schema.items ? unlimitedIn(schema.items, `${path}[]`, root) : []),
    ...(schema.propertyNames ? unlimitedIn(schema.propertyNames, `${path}.(name)`, root) : []),
    ...(typeof schema.additionalProperties === 'object'
      ? unlimitedIn(schema.additionalProperties, `${path}.(value)`, root)
      : []),
  ];
  return isLimited(schema) ? inner : [path, ...inner];
}

function isLimited(schema: Schema): boolean {
  if (schema.const !== undefined || schema.enum) return true;
  switch (schema.type) {
    case 'number':
    case 'integer': {
      const least = schema.minimum ?? schema.exclusiveMinimum;
      const most = schema.maximum ?? schema.exclusiveMaximum;
      return [least, most].every((bound) => bound !== undefined && Math.abs(bound) < UNLIMITED);
    }
    case 'string':
      return schema.maxLength !== undefined || isFinitePattern(schema);
    case 'array':
      return schema.maxItems !== undefined;
    case 'object':
      return typeof schema.additionalProperties !== 'object' || schema.maxProperties !== undefined;
    default:
      return true;
  }
}

/** Whether a pattern is anchored and has no unbounded repetition. */
function isFinitePattern({ pattern, format }: Schema): boolean {
  if (format === 'date' || format === 'uuid') return true;
  if (pattern === undefined || !pattern.startsWith('^') || !pattern.endsWith('$')) return false;
  const outside = pattern.replace(/\\./g, '').replace(/\[[^\]]*\]/g, 'x');
  return !/[*+]|\{\d+,\}/.test(outside);
}

const inputOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

test.each(
  Object.entries({ ...ROUTES }).flatMap(([id, { params, query, body }]) =>
    Object.entries({ params, query, body }).flatMap(([part, schema]) =>
      schema ? [[`${id} ${part}`, schema] as const] : [],
    ),
  ),
)('every number, text and list of %s has limits', (_, schema) => {
  expect(unlimitedIn(inputOf(schema)).filter((path) => !UNSTORED.has(path))).toEqual([]);
});

test('every number, text and list of a usage event has limits', () => {
  expect(unlimitedIn(inputOf(usageEvent)).filter((path) => !UNSTORED.has(path))).toEqual([]);
});

test('finds what has no limits', () => {
  const schema = z.object({
    count: z.int(),
    share: z.number().min(0),
    name: z.string(),
    code: z.string().regex(/^[a-z]+$/),
    list: z.array(z.boolean()),
    labels: z.record(z.string().max(8), z.string().max(8)),
    fine: z.number().min(0).max(1),
    letters: z.string().regex(/^[a-z]{1,3}$/),
  });
  expect(unlimitedIn(inputOf(schema))).toEqual([
    'count',
    'share',
    'name',
    'code',
    'list',
    'labels',
  ]);
});
