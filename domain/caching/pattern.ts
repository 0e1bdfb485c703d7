/** A name is shorter: a system, an operation, a hash and a form. */
export const MOST_PATTERN_CHARACTERS = 500;

/** A name in a cache, from its parts. What would be mistaken for a slash or a star is encoded. */
export const nameOf = (...parts: readonly string[]): string => parts.map(encoded).join('/');

const encoded = (part: string): string =>
  part.replaceAll(/[%/*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Whether a name matches a pattern: `*` stands for any characters, slashes too, and everything else
 * for itself. Takes time in proportion to the two lengths multiplied at most, whatever the pattern.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  let [at, inName, star, afterStar] = [0, 0, -1, 0];
  while (inName < name.length) {
    if (pattern[at] === '*') {
      [star, afterStar] = [at, inName];
      at += 1;
    } else if (pattern[at] === name[inName]) {
      at += 1;
      inName += 1;
    } else if (star >= 0) {
      afterStar += 1;
      [at, inName] = [star + 1, afterStar];
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** With what every name begins that matches. */
export const literalStart = (pattern: string): string => pattern.split('*', 1)[0] ?? '';

/**
 * The pattern of all answers of a system, of an operation, or of an operation in a system. Their names
 * begin with both.
 */
export const answersOf = ({
  system,
  operation,
}: {
  system?: string | undefined;
  operation?: string | undefined;
}): string =>
  (system ?? operation) === undefined
    ? '*'
    : [system, operation, undefined]
        .map((part) => (part === undefined ? '*' : encoded(part)))
        .join('/');
