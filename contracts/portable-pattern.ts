/**
 * From this character on, a class with Unicode properties stays open: characters it refuses are not
 * listed.
 */
const OPEN_FROM = 0xaa;
const CHARACTER_CLASS = /\[(?:[^\]\\]|\\.)*\]|\\p\{\w+\}/g;

/**
 * Rewrites a pattern to mean the same with and without the flag `u`, because not every JSON Schema
 * tool sets it. A class with Unicode properties (`\p{L}`) becomes a negated set of the characters
 * up to U+00A9 that it refuses. It accepts every other letter, digit and mark, and also a few signs
 * that the API refuses.
 */
export const portablePattern = (pattern: string): string =>
  pattern.replaceAll(CHARACTER_CLASS, (part) =>
    part.includes('\\p{') ? `[^${refusedBy(new RegExp(`^${part}$`, 'u'))}]` : part,
  );

/** The characters before `OPEN_FROM` that a class does not match, as ranges. */
function refusedBy(matcher: RegExp): string {
  let ranges = '';
  let start: number | undefined;
  for (let code = 0; code <= OPEN_FROM; code += 1) {
    const isRefused = code < OPEN_FROM && !matcher.test(String.fromCharCode(code));
    if (isRefused) start ??= code;
    else if (start !== undefined) {
      ranges += start === code - 1 ? hex(start) : `${hex(start)}-${hex(code - 1)}`;
      start = undefined;
    }
  }
  return ranges;
}

const hex = (code: number): string => `\\x${code.toString(16).padStart(2, '0')}`;
