import { BAD_NAMES, BAD_VALUES, type FieldKind, NOT_JSON } from './bad-values.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** A body that is wrong in one place; `field` is what the answer has to name. */
export type Mutation = { label: string; text: string; field: string };

/** A valid body, what its fields hold by their names, and which of them (by path) it must have. */
export type Example = {
  body: Json;
  kinds: Record<string, FieldKind>;
  required: string[];
};

type Place = { path: (string | number)[]; value: Json };

const PLACEHOLDER = '@@here@@';
const DEEP = 10_000;

/** Every body that is the example with one thing wrong. */
export function mutationsOf({ body, kinds, required }: Example): Mutation[] {
  const places = placesIn(body);
  return [
    ...wholeBodies(),
    ...places.flatMap(({ path, value }) => {
      if (path.length === 0) return extraFields(body, path, kinds);
      const field = fieldOf(path);
      const put = (raw: string, named = field): Mutation => ({
        label: `${field} = ${raw.length > 60 ? `${raw.slice(0, 60)}… (${raw.length})` : raw}`,
        text: withRaw(body, path, raw),
        field: named,
      });
      return [
        ...BAD_VALUES[kindOf(path, kinds)].map((raw) => put(raw)),
        ...NOT_JSON.map((raw) => put(raw, 'body')),
        put(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`, 'body'),
        put(`${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`, 'body'),
        ...(isObject(value) && kindOf(path, kinds) !== 'foreign'
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

/** Paths of every object, list and leaf, as `usage.inputTokens` or `events[0].at`. */
export const fieldsIn = (body: Json): string[] => placesIn(body).map(({ path }) => fieldOf(path));

function wholeBodies(): Mutation[] {
  return ['null', '[]', '"a"', '1', 'true', '{', '[', '{}}', '""', 'NaN', '{"a":1,}', "{'a':1}"]
    .map((text) => ({ label: `body ${text}`, text, field: 'body' }))
    .concat({
      label: 'body nested deeply',
      text: `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
      field: 'body',
    });
}

/** Names that an object does not know, and the same name twice. */
function extraFields(
  body: Json,
  path: Place['path'],
  kinds: Record<string, FieldKind>,
): Mutation[] {
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
  const [known] = Object.keys(place);
  return [
    ...[...unknown, ...BAD_NAMES].map((name) =>
      extended(name, '"x"', fieldOf([...path, name]).slice(0, 200) || 'body'),
    ),
    extended('__proto__', '{"role":"admin"}', fieldOf([...path, '__proto__'])),
    ...(known === undefined ? [] : [extended(known, JSON.stringify(place[known]), 'body')]),
  ];
}

function placesIn(value: Json, path: Place['path'] = []): Place[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...path, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => placesIn(item, [...path, name]))
      : [];
  return [{ path, value }, ...inner];
}

/** Items of a list are named by the list: `candidates[]`. */
function kindOf(path: Place['path'], kinds: Record<string, FieldKind>): FieldKind {
  const last = path.at(-1);
  const name = typeof last === 'number' ? `${String(path.at(-2))}[]` : String(last);
  const kind = kinds[name] ?? kinds[`${String(path.at(-2))}.*`];
  if (kind === undefined) throw new Error(`no kind is given for ${name}`);
  return kind;
}

function fieldOf(path: Place['path']): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function withRaw(body: Json, path: Place['path'], raw: string): string {
  if (path.length === 0) return raw;
  const copy = structuredClone(body);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, Json>;
  parent[path.at(-1) ?? ''] = PLACEHOLDER;
  return JSON.stringify(copy).replace(JSON.stringify(PLACEHOLDER), () => raw);
}

function without(body: Json, field: string): Json {
  const copy = structuredClone(body);
  const place = placesIn(copy).find(({ path }) => fieldOf(path) === field);
  if (!place) throw new Error(`the example has no ${field}`);
  const parent = valueAt(copy, place.path.slice(0, -1)) as Record<string | number, Json>;
  delete parent[place.path.at(-1) ?? ''];
  return copy;
}

const valueAt = (body: Json, path: Place['path']): Json =>
  path.reduce<Json>((value, step) => (value as Record<string | number, Json>)[step] ?? null, body);

const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
