import { createHash } from 'node:crypto';
import { canonicalText } from '../domain/audit/canonical-text.ts';

/**
 * Distinguishes contents sent under the same ID. Ignores field order and does not distinguish
 * absent from undefined fields. 96 bits of SHA-256, base64url.
 */
export const contentDigest = (content: object): string =>
  createHash('sha256').update(canonicalText(content)).digest('base64url').slice(0, 16);
