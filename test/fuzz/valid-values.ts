import { pick } from './pick.ts';
import type { Random } from '../simulation/random.ts';
import { validBodies } from '../support/valid-bodies.ts';
import type { Json } from '../support/json-places.ts';
import { ATTACKED, NEIGHBOR } from './organizations.ts';
import { PROTOTYPE_NAMES } from './hostile-values.ts';
import type { Operation, Schema } from './operations.ts';

const MODELS = ['anthropic.claude-sonnet-4-6', 'amazon.nova-lite-v1:0', 'toString'] as const;
/** Valid identifier names, with property names of objects first. */
const NAMES = [
  ...PROTOTYPE_NAMES.filter((name) => !name.startsWith('_')),
  ['ada', 'Ada', 'ben', 'research', 'sales', ATTACKED, NEIGHBOR, '用户', 'a|b', 'a:b', '0', '-0'],
]
  .flat()
  .filter((name) => name !== '-0') as [string, ...string[]];
const PROMPTS = [
  'Which is cheaper?',
  'canary-prompt',
  `${'word '.repeat(200)}canary-prompt`,
] as const;
const DAY_MS = 86_400_000;

/** IDs from earlier answers, by field name: `reservationId`, `exportId`. */
export type Known = ReadonlyMap<string, readonly string[]>;

export type Making = {
  random: Random;
  resolve: (schema: Schema) => Schema;
  known: Known;
  nowMs: number;
  /** Different for every request of a run. */
  unique: string;
};

/** Generates values that usually pass a schema; some rules are not in the schema. */
export function createValidValues(making: Making) {
  const examples = validBodies();
  const { random } = making;
  return {
    body(operation: Operation, schema: Schema): Json {
      const written = Object.hasOwn(examples, operation.id) ? (examples[operation.id] ?? []) : [];
      return written.length === 0 || random.chance(0.3)
        ? valueOf(making, 'body', schema)
        : varied(making, 'body', pick(random, written).body);
    },
    value: (name: string, schema: Schema): Json => valueOf(making, name, schema),
    told: (name: string): string | undefined => told(making, name),
  };
}

/** Replaces some texts and numbers of an example with others of the same meaning. */
function varied(making: Making, name: string, example: Json): Json {
  if (Array.isArray(example)) return example.map((item) => varied(making, name, item));
  if (typeof example === 'object' && example !== null) {
    return Object.fromEntries(
      Object.entries(example).map(([inner, item]) => [inner, varied(making, inner, item)]),
    );
  }
  if (typeof example !== 'string') return example;
  const isOther = ALWAYS_NEW.has(name) || (VARIED.has(name) && making.random.chance(0.5));
  return (isOther ? textOf(making, name) : undefined) ?? example;
}

function valueOf(making: Making, name: string, rawSchema: Schema, depth = 0): Json {
  const { random } = making;
  const schema = making.resolve(rawSchema);
  if (schema.const !== undefined) return schema.const as Json;
  if (schema.enum) return pick(random, schema.enum) as Json;
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return valueOf(making, name, pick(random, branches), depth);
  if (schema.allOf) return valueOf(making, name, schema.allOf[0] ?? {}, depth);
  switch (schema.type) {
    case 'object':
      return objectOf(making, schema, depth);
    case 'array': {
      const least = schema.minItems ?? 0;
      const length = random.int(least, Math.min(schema.maxItems ?? 3, least + 2));
      return Array.from({ length }, () => valueOf(making, name, schema.items ?? {}, depth + 1));
    }
    case 'integer':
    case 'number':
      return numberOf(random, schema);
    case 'boolean':
      return random.chance(0.5);
    default:
      return (
        textOf(making, name) ??
        told(making, name) ??
        exampleOf(random, schema) ??
        pick(random, NAMES)
      );
  }
}

function objectOf(making: Making, schema: Schema, depth: number): Json {
  const { random } = making;
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([name]) => schema.required?.includes(name) || random.chance(depth > 3 ? 0.1 : 0.35),
  );
  const named = properties.map(([name, inner]) => [name, valueOf(making, name, inner, depth + 1)]);
  if (typeof schema.additionalProperties !== 'object') return Object.fromEntries(named) as Json;
  const label = [
    pick(random, NAMES),
    valueOf(making, 'label', schema.additionalProperties, depth + 1),
  ];
  return Object.fromEntries([...named, label]) as Json;
}

function numberOf(
  random: Random,
  { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema,
): number {
  const low = Math.max(minimum ?? exclusiveMinimum ?? 0, -1e9);
  const high = Math.min(maximum ?? exclusiveMaximum ?? 1e6, 1e9);
  if (random.chance(0.1)) return minimum ?? low;
  if (random.chance(0.1)) return maximum ?? high;
  if (type === 'integer') return random.int(low, Math.min(high, low + 5_000));
  return low + random.next() * Math.min(high - low, 1_000);
}

/** A recent value of this name from an answer, if there is one. */
function told({ random, known }: Making, name: string): string | undefined {
  const recent = (known.get(name) ?? []).slice(-20);
  return recent.length > 0 && random.chance(0.8) ? pick(random, recent) : undefined;
}

function textOf({ random, nowMs, unique }: Making, name: string): string | undefined {
  if (ALWAYS_NEW.has(name)) return `${pick(random, NAMES)}-${unique}`;
  if (INSTANTS.has(name)) return new Date(nowMs - random.int(0, 3 * DAY_MS)).toISOString();
  if (PEOPLE.has(name)) return pick(random, NAMES);
  switch (name) {
    case 'system':
      return pick(random, ['relaycore', 'automatrix', 'toString', 'constructor']);
    case 'model':
    case 'candidates':
      return pick(random, MODELS);
    case 'prompt':
    case 'text':
      return pick(random, PROMPTS);
    case 'label':
    case 'team':
      return pick(random, [...NAMES, 'canary-tag']);
    case 'from':
      return new Date(nowMs - 5 * DAY_MS).toISOString().slice(0, 10);
    case 'to':
      return new Date(nowMs + DAY_MS).toISOString().slice(0, 10);
    default:
      return undefined;
  }
}

const exampleOf = (random: Random, { example }: Schema): string | undefined =>
  example !== undefined && random.chance(0.5) ? String(example) : undefined;

const ALWAYS_NEW = new Set(['eventId', 'correctionId']);
const INSTANTS = new Set(['at']);
const PEOPLE = new Set(['userId', 'departmentId', 'operation', 'scopeId', 'tags']);
/** Example texts that can be replaced. */
const VARIED = new Set([...PEOPLE, ...INSTANTS, 'system', 'model', 'prompt', 'text', 'team']);
