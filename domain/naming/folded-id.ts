import { readLookalikes } from './lookalike-table.ts';
import { LOOKALIKES } from './lookalikes.ts';

let table: ReadonlyMap<string, string> | undefined;

/** As many as an identifier may have. */
const MAX_CHARACTERS = 128;
const PLAIN = /^[a-z0-9._@:+/=|-]*[a-z0-9_@:+/=|-]$/;
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The one id that everything people cannot tell apart from it stands for: of any case, width and
 * script that looks the same (NFKC, case folding, the lookalikes of UTS #39), with or without
 * characters that cannot be seen and dots at its end. Folding it again changes nothing.
 *
 * ASCII letters and digits stand for themselves: `team-1` and `team-l`, `modem` and `modern` are
 * honest ids of their own. So are accents (`rené`, `rene`) and dots inside (`team-a.b`, `team-ab`).
 * @param text an identifier (contracts/fields.ts)
 */
export function foldedId(text: string): string {
  if (PLAIN.test(text)) return text;
  if (ASCII.test(text)) return withoutEnd(text.toLowerCase(), text);
  const seen = text.normalize('NFKC').replace(/[\p{DI}\s]/gu, '');
  // Read as ASCII if possible: a capital of another script may look like a letter that its
  // small form does not look like.
  const asWritten = looked(seen);
  if (ASCII.test(asWritten)) return withoutEnd(asWritten.toLowerCase(), text);
  const folded = withoutEnd(looked(lowerCase(seen)).normalize('NFKC'), text);
  return folded === text ? text : foldedId(folded);
}

/** By upper case first, so that what has two small forms, as sigma does, has one. */
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

/** What is left of an id; itself where nothing is left, or where it unfolds to more than keys hold. */
function withoutEnd(folded: string, given: string): string {
  const text = folded.replace(/\.+$/, '');
  return text === '' || text.length > MAX_CHARACTERS ? given : text;
}
