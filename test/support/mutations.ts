import { BAD_NAMES, BAD_VALUES, type FieldKind, NOT_JSON } from './bad-values.ts';
import {
  isObject,
  type Json,
  type Path,
  pathsIn,
  valueAt,
  withoutPath,
  withRaw,
} from './json-places.ts';

/** A body with one error; the answer must name `field`. */
export type Mutation = { label: string; text: string; field: string };

/** A valid body, its fields' kinds by name, and its required fields by path. */
export type Example = {
  body: Json;
  kinds: Record<string, FieldKind>;
  required: string[];
  /** Fields in which `null` sets the default. */
  nullable?: readonly string[];
  /** Parameters of the path that differ from those of other examples. */
  params?: Readonly<Record<string, string>>;
};

const DEEP = 10_000;

/** Every copy of the example with one error. */
export function mutationsOf({ body, kinds, required, nullable = [] }: Example): Mutation[] {
  return [
    ...wholeBodies(),
    ...pathsIn(body).flatMap((path) => {
      if (path.length === 0) return extraFields(body, path, kinds);
      const field = fieldOf(path);
      const put = (raw: string, named = field): Mutation => ({
        label: `${field} = ${raw.length > 60 ? `${raw.slice(0, 60)}… (${raw.length})` : raw}`,
        text: withRaw(body, path, raw),
        field: named,
      });
      return [
        ...BAD_VALUES[kindOf(path, kinds)]
          .filter((raw) => raw !== 'null' || !nullable.includes(field))
          .map((raw) => put(raw)),
        ...NOT_JSON.map((raw) => put(raw, 'body')),
        put(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`, 'body'),
        put(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`, 'body'),
        ...(isObject(valueAt(body, path)) && kindOf(path, kinds) !== 'foreign'
          ? extraFields(body, path, kinds)
          : []),
      ];
    }),
    ...required.map((field) => ({
      label: `without ${field}`,
      text: JSON.stringify(without(body, field)),
      field,
    })),
  ];
}

/** Paths of every object, list and leaf, such as `usage.inputTokens` or `events[0].at`. */
export const fieldsIn = (body: Json): string[] => pathsIn(body).map(fieldOf);

function wholeBodies(): Mutation[] {
  return ['null', '[]', '"a"', '1', 'true', '{', '[', '{}}', '""', 'NaN', '{"a":1,}', "{'a':1}"]
    .map((text) => ({ label: `body ${text}`, text, field: 'body' }))
    .concat({
      label: 'body nested deeply',
      text: `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
      field: 'body',
    });
}

/** Unknown names, and a duplicate name. */
function extraFields(body: Json, path: Path, kinds: Record<string, FieldKind>): Mutation[] {
  const place = path.length === 0 ? body : valueAt(body, path);
  if (!isObject(place)) return [];
  const isMap = path.length > 0 && kindOf(path, kinds) === 'labels';
  const inside = JSON.stringify(place).slice(1, -1);
  const extended = (name: string, raw: string, field: string): Mutation => ({
    label: `${fieldOf([...path, name]).slice(0, 60)} added`,
    text: withRaw(body, path, `{${inside},${JSON.stringify(name)}:${raw}}`),
    field,
  });
  const unknown = isMap ? ['constructor'] : ['unknownField', 'constructor', 'toString'];
  const [firstName] = Object.keys(place);
  return [
    ...[...unknown, ...BAD_NAMES].map((name) =>
      extended(name, '"x"', fieldOf([...path, name]).slice(0, 200) || 'body'),
    ),
    extended('__proto__', '{"role":"admin"}', fieldOf([...path, '__proto__'])),
    ...(firstName === undefined
      ? []
      : [extended(firstName, JSON.stringify(place[firstName]), 'body')]),
  ];
}

/** List items take the list's name: `candidates[]`. */
function kindOf(path: Path, kinds: Record<string, FieldKind>): FieldKind {
  const last = path.at(-1);
  const name = typeof last === 'number' ? `${String(path.at(-2))}[]` : String(last);
  const kind = kinds[name] ?? kinds[`${String(path.at(-2))}.*`];
  if (kind === undefined) throw new Error(`no kind is given for ${name}`);
  return kind;
}

function fieldOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function without(body: Json, field: string): Json {
  const path = pathsIn(body).find((candidate) => fieldOf(candidate) === field);
  if (!path) throw new Error(`the example has no ${field}`);
  return withoutPath(body, path);
}
