import { readUsage } from '../../domain/provider-usage/read-usage.ts';
import type { Reader } from './reader-laws.ts';

const WRITES = /cache_?(?:creation|write)|cacheWrite|ephemeral/i;

type Change = (value: number, name: string) => number | undefined;

/** A reader that names only some of the members that it cannot read. */
function naming(isNamed: (path: string) => boolean): Reader {
  return (...given) => {
    const reading = readUsage(...given);
    return { ...reading, unread: reading.unread.filter(isNamed) };
  };
}

/** A reader that reads other numbers than the report has. */
function altering(change: Change): Reader {
  return (report, ...rest) => readUsage(changed(report, '', change) as object, ...rest);
}

function changed(value: unknown, name: string, change: Change): unknown {
  if (typeof value === 'number') return change(value, name);
  if (typeof value === 'string' && change === withoutStrayText) {
    return /^\s*\d/.test(value) && !name.startsWith('x-amzn') ? undefined : value;
  }
  if (Array.isArray(value)) return value.map((item) => changed(item, name, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, changed(member, key, change)]),
  );
}

function withoutStrayText(value: number): number {
  return value;
}

/** Readers with one fault each, which the laws must reveal. */
export const FAULTY_READERS: readonly { name: string; read: Reader }[] = [
  {
    name: 'ignores members that it does not know',
    read: (...given) => ({ ...readUsage(...given), unread: [] }),
  },
  { name: 'ignores members below others', read: naming((path) => !/[.[]/.test(path)) },
  { name: 'ignores unknown text with a number in it', read: altering(withoutStrayText) },
  { name: 'takes negative numbers as 0', read: altering((value) => Math.max(0, value)) },
  { name: 'takes numbers without their sign', read: altering(Math.abs) },
  { name: 'takes at most a million', read: altering((value) => Math.min(value, 1_000_000)) },
  { name: 'ignores totals', read: altering((value, name) => (/total/i.test(name) ? 0 : value)) },
  {
    name: 'ignores cache writes',
    read: altering((value, name) => (WRITES.test(name) ? 0 : value)),
  },
  { name: 'ignores searches', read: altering((value, name) => (/search/i.test(name) ? 0 : value)) },
];
