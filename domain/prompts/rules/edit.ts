/** Replaces the characters from `start` up to `end`. */
export type Edit = { start: number; end: number; by: string };

/** A text with edits that do not overlap, in order. */
export function edited(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, by } of edits) {
    parts.push(text.slice(at, start), by);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
