import { createHash } from 'node:crypto';
import { canonicalText } from '../../domain/audit/canonical-text.ts';

/** A short digest of a value. Includes the entries of maps and sets. */
export const fingerprint = (value: unknown): string =>
  createHash('sha256')
    .update(canonicalText(plain(value)))
    .digest('hex')
    .slice(0, 16);

function plain(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) return plain([...value]);
  if (ArrayBuffer.isView(value)) return plain([...(value as unknown as Iterable<number>)]);
  if (value instanceof RegExp) return String(value);
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}
