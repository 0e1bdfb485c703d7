export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Steps from a value to a nested one. */
export type Path = readonly (string | number)[];

const PLACEHOLDER = '@@here@@';

export const isObject = (value: Json): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of a value and of everything in it. */
export function pathsIn(value: Json, path: Path = []): Path[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsIn(item, [...path, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => pathsIn(item, [...path, name]))
      : [];
  return [path, ...inner];
}

/** Returns the value at a path, or `null` if the path does not exist. */
export const valueAt = (value: Json, path: Path): Json =>
  path.reduce<Json>((inner, step) => (inner as Record<string | number, Json>)[step] ?? null, value);

/** The value's JSON text with `raw`, which need not be JSON, at a path. */
export function withRaw(value: Json, path: Path, raw: string): string {
  if (path.length === 0) return raw;
  const copy = structuredClone(value);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, Json>;
  parent[path.at(-1) ?? ''] = PLACEHOLDER;
  return JSON.stringify(copy).replace(JSON.stringify(PLACEHOLDER), () => raw);
}

/** A copy without the value at a path. */
export function withoutPath(value: Json, path: Path): Json {
  const copy = structuredClone(value);
  const parent = valueAt(copy, path.slice(0, -1)) as Record<string | number, Json>;
  delete parent[path.at(-1) ?? ''];
  return copy;
}
