import { base64UrlToText, textToBase64Url } from '../domain/base64url.ts';
import { invalidField } from './problem.ts';

/**
 * The opaque cursor of a position in a list. It names the position only; the store adds the
 * partition, so a forged cursor reaches nothing of others.
 * @param list name of the list, so that the cursor of another one is told apart
 */
export const encodeCursor = (list: string, position: string | undefined): string | undefined =>
  position === undefined ? undefined : textToBase64Url(`${list}:${position}`);

/** @throws ProblemError naming `cursor` when the text is no cursor of this list */
export function decodeCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = base64UrlToText(cursor) ?? '';
  const position = text.startsWith(`${list}:`) ? text.slice(list.length + 1) : '';
  if (position === '' || encodeCursor(list, position) !== cursor) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return position;
}
