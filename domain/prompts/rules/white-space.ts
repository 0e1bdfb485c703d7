import type { Block, PromptBlocks } from '../prompt-blocks.ts';
import type { Edit } from './edit.ts';

/** Between words, or after the end of a sentence. Numbers may be aligned. */
const BLANKS_IN_PROSE = /(?<=[\p{L}.,;:!?)]) {2,}(?=[\p{L}(])/gu;
const LINE_ENDS = /(?<![ \t])[ \t]+$/gm;
/** Two runs of blanks in a line may be columns. */
const COLUMNS = /\S {2,}\S.*\S {2,}\S/;

/**
 * White space that says nothing: at the ends of lines, of the text, between parts beyond one blank line,
 * and runs of blanks between words.
 */
export function whiteSpaceEdits({ text, blocks }: PromptBlocks): Edit[] {
  const edits: Edit[] = [];
  let before: Block | undefined;
  for (const block of blocks) {
    const gap = before && { start: before.end, end: block.start };
    if (!before && block.isPlain) push(edits, text, { start: 0, end: block.start, by: '' });
    if (gap && before && mayCloseUp(before, block)) {
      const by = closedUp(text.slice(gap.start, gap.end));
      push(edits, text, { ...gap, by });
    }
    if (block.isPlain) edits.push(...editsWithin(text, block));
    before = block;
  }
  if (before?.isPlain === true) {
    push(edits, text, { start: before.end, end: text.length, by: '' });
  }
  return edits;
}

/** Blank lines beside code that nobody marked may belong to it. */
const mayCloseUp = (one: Block, other: Block): boolean =>
  (one.isPlain || other.isPlain) &&
  [one, other].every(({ kind, isQuoted }) => kind !== 'other' && !isQuoted);

function closedUp(gap: string): string {
  const ends = gap.match(/\r\n|\n|\r/g) ?? [];
  const [end = ''] = ends;
  return ends.length < 2 ? gap : end + end;
}

function editsWithin(text: string, { start, end }: Block): Edit[] {
  const body = text.slice(start, end);
  const edits = [...body.matchAll(LINE_ENDS)].map(({ index, 0: { length } }) => ({
    start: start + index,
    end: start + index + length,
    by: '',
  }));
  if (body.split(/[\r\n]/).some((line) => COLUMNS.test(line))) return edits;
  const runs = [...body.matchAll(BLANKS_IN_PROSE)].map(({ index, 0: { length } }) => ({
    start: start + index,
    end: start + index + length,
    by: ' ',
  }));
  return [...edits, ...runs].toSorted((one, other) => one.start - other.start);
}

function push(edits: Edit[], text: string, edit: Edit): void {
  if (text.slice(edit.start, edit.end) !== edit.by) edits.push(edit);
}
