import fc from 'fast-check';
import { PAYLOADS } from './all-payloads.ts';

type Json = Record<string, unknown>;

/** A number in a usage object. `path` leads to it from the whole report. */
export type Leaf = { path: readonly string[]; name: string; value: number; isText: boolean };

/** A report that can be read, and the numbers of its usage, which are at least one. */
export type Subject = { name: string; model: string; report: Json; leaves: readonly Leaf[] };

/** What happens to one number of a report, or next to it. */
export type Edit =
  | { kind: 'add'; name: string; value: unknown }
  | { kind: 'rename' | 'remove' | 'negate' | 'halve' | 'quote' | 'enlarge' | 'raise' | 'lower' };

const memberIn = (report: Json, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Json)[step], report);

const NUMERAL = /^\d+$/;

function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  const name = path.findLast((step) => !NUMERAL.test(step)) ?? '';
  if (typeof value === 'number' && value !== 0) return [{ path, name, value, isText: false }];
  if (typeof value === 'string' && NUMERAL.test(value) && Number(value) !== 0) {
    return [{ path, name, value: Number(value), isText: true }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([step, member]) => leavesOf(member, [...path, step]));
}

export const SUBJECTS: readonly Subject[] = PAYLOADS.flatMap(({ name, model, report, at }) => {
  if (!report) return [];
  const path = at?.split('.') ?? [];
  return [{ name, model, report, leaves: leavesOf(memberIn(report, path), path) }];
});

const strayNumber = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.integer({ min: -1000, max: -1 }),
  fc.constantFrom<number | string>(0.5, 1e15, '12', '1e3', '1,200', ' 7 '),
);

/** Numbers that nobody knows, also deep below other members. */
const stray = fc.oneof(
  strayNumber,
  strayNumber.map((value) => ({ detail: { deep: value } })),
  strayNumber.map((value) => [{ of: 'unit', value }]),
);

export const edits: fc.Arbitrary<Edit> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      name: fc.constantFrom('zzz_tokens', 'premiumUnits', 'tokens_of_holograms'),
      value: stray,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        ...(['rename', 'remove', 'negate', 'halve', 'quote', 'enlarge', 'raise', 'lower'] as const),
      ),
    }),
  },
);

/** A copy of the report after the edit. */
export function edited({ report }: Subject, edit: Edit, leaf: Leaf): Json {
  const copy = structuredClone(report);
  const name = leaf.path.at(-1) ?? '';
  const parent = memberIn(copy, leaf.path.slice(0, -1)) as Json;
  const put = (value: number) => (parent[name] = leaf.isText ? String(value) : value);
  switch (edit.kind) {
    case 'add':
      if (Array.isArray(parent)) parent.push(edit.value);
      else parent[edit.name] = edit.value;
      return copy;
    case 'rename':
      parent[`${name}_renamed`] = parent[name];
      delete parent[name];
      return copy;
    case 'remove':
      delete parent[name];
      return copy;
    case 'quote':
      parent[name] = leaf.isText ? leaf.value : String(leaf.value);
      return copy;
    case 'negate':
      put(-leaf.value);
      return copy;
    case 'halve':
      put(leaf.value + 0.5);
      return copy;
    case 'enlarge':
      put(1e15);
      return copy;
    case 'raise':
      put(leaf.value + 1);
      return copy;
    case 'lower':
      put(leaf.value - 1);
      return copy;
  }
}
