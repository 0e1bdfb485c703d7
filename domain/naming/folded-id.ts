import { readLookalikes } from './lookalike-table.ts';
import { LOOKALIKES } from './lookalikes.ts';

let table: ReadonlyMap<string, string> | undefined;

/** The maximum length of an identifier. */
const MAX_CHARACTERS = 128;
const PLAIN = /^[a-z0-9._@:+/=|-]*[a-z0-9_@:+/=|-]$/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The canonical id of all ids that people cannot tell apart: any case, width and script that looks
 * the same (NFKC, case folding, the lookalikes of UTS #39), with or without invisible characters
 * and trailing dots. Folding it again changes nothing.
 *
 * ASCII letters and digits stay as they are: `team-1` and `team-l`, `modem` and `modern` are
 * legitimately different ids. So are ids that differ in accents (`rené`, `rene`) or inner dots
 * (`team-a.b`, `team-ab`).
 * @param text an identifier (contracts/fields.ts)
 */
export function foldedId(text: string): string {
  if (PLAIN.test(text)) return text;
  if (ASCII.test(text)) return withoutEnd(text.toLowerCase(), text);
  const visible = text.normalize('NFKC').replace(/[\p{DI}\s]/gu, '');
  // Try the original case first: a capital of another script may look like an ASCII letter when its
  // small form does not.
  const asWritten = looked(visible);
  if (ASCII.test(asWritten)) return withoutEnd(asWritten.toLowerCase(), text);
  const folded = withoutEnd(looked(lowerCase(visible)).normalize('NFKC'), text);
  return folded === text ? text : foldedId(folded);
}

/** Go through upper case, so that a letter with two small forms, such as sigma, gets only one. */
const lowerCase = (text: string): string =>
  text
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/([ij])\u0307/g, '$1');

function looked(text: string): string {
  const lookalikes = (table ??= readLookalikes(LOOKALIKES));
  return Array.from(
    text.normalize('NFD'),
    (character) => lookalikes.get(character) ?? character,
  ).join('');
}

/**
 * Removes trailing dots. Keeps the id if nothing would be left, or if folding made it too long for
 * keys.
 */
function withoutEnd(folded: string, original: string): string {
  const text = folded.replace(/\.+$/, '');
  return text === '' || text.length > MAX_CHARACTERS ? original : text;
}
