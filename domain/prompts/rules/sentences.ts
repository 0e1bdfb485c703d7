/** Where a sentence is, with its mark and without the blanks after it. */
export type Sentence = { start: number; end: number };

/** The sentences of a paragraph. An abbreviation may divide one, so that less of it is recognized. */
export function sentencesOf(text: string, from: number, to: number): Sentence[] {
  const body = text.slice(from, to);
  const sentences: Sentence[] = [];
  let start = 0;
  for (const { index, 0: mark } of body.matchAll(/[.!?]+(?=\s|$)/g)) {
    sentences.push({ start, end: index + mark.length });
    start = index + mark.length;
    while (start < body.length && /\s/.test(body.charAt(start))) start += 1;
  }
  if (start < body.length) sentences.push({ start, end: body.length });
  return sentences.map((each) => ({ start: from + each.start, end: from + each.end }));
}

/** Equal for texts that differ only in blanks, line breaks and capitals. */
export const sameWords = (text: string): string => text.trim().split(/\s+/).join(' ').toLowerCase();
