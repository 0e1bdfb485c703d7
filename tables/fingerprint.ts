import { createHmac, randomBytes } from 'node:crypto';
import { canonicalText } from '../domain/audit/canonical-text.ts';
import type { Item } from './dynamodb.ts';

/** Shows whether two values are the same without revealing either. */
export type Fingerprint = (value: unknown) => string;

/** The attribute in which an item stores the key of its fingerprints. */
const KEY = 'fingerprintKey';

/** The item's key, or a new one, as an attribute for the item that replaces it. */
export const fingerprintKeyOf = (before: Item | undefined): Item => ({
  [KEY]: before?.[KEY] ?? randomBytes(16).toString('base64url'),
});

/**
 * Fingerprints with an item's key: HMAC-SHA-256 of the canonical text, 132 bits in base64url. Once
 * the item is deleted, nobody can test values against them.
 */
export function fingerprintsOf(item: Item): Fingerprint {
  const key = item[KEY];
  // Items older than fingerprints have no key, so theirs compare with nothing.
  const secret = typeof key === 'string' ? Buffer.from(key, 'base64url') : randomBytes(16);
  return (value) =>
    createHmac('sha256', secret).update(canonicalText(value)).digest('base64url').slice(0, 22);
}
