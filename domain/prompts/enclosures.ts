/** What a block stands within, or begins or ends inside of itself. */
export type Within = { quote: boolean; tag: boolean };

const MARKS = /"""|'''|["“”„«»「」]|<\/?[a-zA-Z][\w.:-]{0,60}/g;
const OPENING: ReadonlyMap<string, string> = new Map([
  ['“', '”'],
  ['„', '”'],
  ['«', '»'],
  ['「', '」'],
]);
/** Elements of HTML that have no end. */
const VOID = new Set(['<br', '<hr', '<img', '<input', '<wbr']);
const CLOSING = new Set(OPENING.values());

/**
 * Follows quotations and tags through the blocks of a prompt. A mark that nothing closes encloses the
 * rest: then too much stays as it is, never too little.
 */
export function enclosures() {
  const straight = new Set<string>();
  const typographic = new Map<string, number>();
  const tags = new Map<string, number>();
  const isOpen = (): Within => ({
    quote: straight.size > 0 || hasOpen(typographic),
    tag: hasOpen(tags),
  });
  return {
    /** What the next block is enclosed by. @param isCode then its marks are code */
    through(body: string, isCode: boolean): Within {
      const before = isOpen();
      if (isCode) return before;
      for (const [mark] of body.matchAll(MARKS)) {
        const end = OPENING.get(mark);
        if (end !== undefined) add(typographic, end, 1);
        else if (CLOSING.has(mark)) add(typographic, mark, -1);
        else if (VOID.has(mark.toLowerCase())) continue;
        else if (mark.startsWith('</')) add(tags, mark.slice(2).toLowerCase(), -1);
        else if (mark.startsWith('<')) add(tags, mark.slice(1).toLowerCase(), 1);
        else if (!straight.delete(mark)) straight.add(mark);
      }
      return before;
    },
  };
}

function add(counts: Map<string, number>, name: string, change: number): void {
  const count = Math.max(0, (counts.get(name) ?? 0) + change);
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}

const hasOpen = (counts: ReadonlyMap<string, number>): boolean => counts.size > 0;
