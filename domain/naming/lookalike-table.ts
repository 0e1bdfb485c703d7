/*
 * The table as text: groups `<target>=<source>,<source>…` with a blank after each. Code points are
 * written in base 36; a source as the difference to the one before it in its group.
 */

/** Maps each character to what it looks like. */
export function readLookalikes(text: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const group of text.trimEnd().split(' ')) {
    const [target = '', sources = ''] = group.split('=');
    const looks = String.fromCodePoint(...target.split('+').map(ofBase36));
    let code = 0;
    for (const difference of sources.split(',')) {
      code += ofBase36(difference);
      table.set(String.fromCodePoint(code), looks);
    }
  }
  return table;
}

/** The table as text, in lines of roughly this many characters. */
export function linesOfLookalikes(
  table: ReadonlyMap<string, string>,
  characters: number,
): string[] {
  const groups = Map.groupBy(table.keys(), (source) => table.get(source) ?? '');
  const lines = [''];
  for (const [target, sources] of [...groups].toSorted(([left], [right]) =>
    left < right ? -1 : 1,
  )) {
    let before = 0;
    const differences = sources
      .map(codeOf)
      .toSorted((a, b) => a - b)
      .map((code) => {
        const difference = code - before;
        before = code;
        return difference.toString(36);
      });
    const group = `${Array.from(target, (part) => codeOf(part).toString(36)).join('+')}=${differences.join(',')} `;
    // Split a group that is longer than a line between two of its sources.
    for (const piece of group.match(new RegExp(`.{1,${characters}}(?:(?<=[, ])|$)`, 'gs')) ?? []) {
      const last = lines.at(-1) ?? '';
      if (last.length + piece.length > characters) lines.push(piece);
      else lines[lines.length - 1] = last + piece;
    }
  }
  return lines;
}

const ofBase36 = (text: string): number => Number.parseInt(text, 36);
const codeOf = (character: string): number => character.codePointAt(0) ?? 0;
