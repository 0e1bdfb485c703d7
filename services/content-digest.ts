import { createHash } from 'node:crypto';
import { canonicalText } from '../domain/audit/canonical-text.ts';

/**
 * Tells contents apart that come under one id: the same whatever the order of fields, and whether a
 * field is absent or undefined. 96 bits of SHA-256, in base64url.
 */
export const contentDigest = (content: object): string =>
  createHash('sha256').update(canonicalText(content)).digest('base64url').slice(0, 16);
