import { base64UrlToText, textToBase64Url } from '../domain/base64url.ts';
import { invalidField } from './problem.ts';

/**
 * Encodes a position in a list as an opaque cursor. It contains only the position and the store
 * adds the partition, so a forged cursor cannot reach anyone else's data.
 * @param list name of the list, which makes cursors of other lists invalid
 */
export const encodeCursor = (list: string, position: string | undefined): string | undefined =>
  position === undefined ? undefined : textToBase64Url(`${list}:${position}`);

/** @throws ProblemError naming `cursor` if the text is not a cursor of this list */
export function decodeCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = base64UrlToText(cursor) ?? '';
  const position = text.startsWith(`${list}:`) ? text.slice(list.length + 1) : '';
  if (position === '' || encodeCursor(list, position) !== cursor) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return position;
}
