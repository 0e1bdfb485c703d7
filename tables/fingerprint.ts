import { createHmac, randomBytes } from 'node:crypto';
import { canonicalText } from '../domain/audit/canonical-text.ts';
import type { Item } from './dynamodb.ts';

/** Shows whether two values are the same without showing either. */
export type Fingerprint = (value: unknown) => string;

/** Where an item keeps the key of its fingerprints. */
const KEY = 'fingerprintKey';

/** The key that an item has, or a new one, as an attribute of the item that replaces it. */
export const fingerprintKeyOf = (before: Item | undefined): Item => ({
  [KEY]: before?.[KEY] ?? randomBytes(16).toString('base64url'),
});

/**
 * Fingerprints under the key of an item: HMAC-SHA-256 of the canonical text, 132 bits in base64url.
 * Without the item, which can be deleted, nobody can try values against them.
 */
export function fingerprintsOf(item: Item): Fingerprint {
  const key = item[KEY];
  // Items from before there were fingerprints have no key: theirs cannot be compared with any.
  const secret = typeof key === 'string' ? Buffer.from(key, 'base64url') : randomBytes(16);
  return (value) =>
    createHmac('sha256', secret).update(canonicalText(value)).digest('base64url').slice(0, 22);
}
