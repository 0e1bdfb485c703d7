import { invalidField } from './problem.ts';

const MARK = 'p:';

/**
 * The opaque cursor of a position in a list. It names the position only; the store adds the
 * partition, so a forged cursor reaches nothing of others.
 */
export const encodeCursor = (position: string | undefined): string | undefined =>
  position === undefined ? undefined : Buffer.from(MARK + position).toString('base64url');

/** @throws ProblemError naming `cursor` when the text is no cursor */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(MARK) || text.length === MARK.length) {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
  return text.slice(MARK.length);
}
