import MarkdownIt from 'markdown-it';
import { enclosures } from './enclosures.ts';
import { isPlain, isProse } from './prose.ts';

/** What a part of a prompt is, as far as it decides what may change in it. */
export type BlockKind = 'prose' | 'heading' | 'framed' | 'other';

/**
 * A part of a prompt at its top level: the characters from `start` up to `end`, without the end of its
 * last line. `framed` are lists, tables, quotes, code and lines between parts; `other` is HTML, XML and
 * text that may be code.
 */
export type Block = {
  kind: BlockKind;
  start: number;
  end: number;
  /** Prose without anything inside that must stay byte for byte, and not within a quotation or tag. */
  isPlain: boolean;
  /** Whether it stands within a quotation that began in an earlier part. */
  isQuoted: boolean;
};

export type PromptBlocks = { text: string; blocks: readonly Block[] };

/** Deeper nesting is one block, which nothing changes. So time is linear, whatever the text. */
const MOST_NESTING = 20;

/**
 * Reads only blocks: which texts are links or emphasis does not matter. Reference definitions would
 * vanish from the result.
 */
const markdown = new MarkdownIt('commonmark', { html: true, maxNesting: MOST_NESTING })
  .enable('table')
  .disable(['reference', 'inline']);

const CODE = new Set(['fence', 'code_block']);
const FRAMES = new Set([
  ...CODE,
  'table_open',
  'bullet_list_open',
  'ordered_list_open',
  'blockquote_open',
  'hr',
]);

/** Divides a prompt by the rules of CommonMark and GitHub's tables. */
export function blocksOf(text: string): PromptBlocks {
  const lines = lineRanges(text);
  const enclosed = enclosures();
  const blocks: Block[] = [];
  for (const { type, level, map } of markdown.parse(text, {})) {
    const first = map && lines[map[0]];
    const last = map && lines[lastFilledLine(text, lines, map)];
    if (level !== 0 || !first || !last) continue;
    const [start, end] = [first.start, last.end];
    const body = text.slice(start, end);
    const kind = kindOf(type, body);
    const within = enclosed.through(body, CODE.has(type));
    blocks.push({
      kind,
      start,
      end,
      isPlain: kind === 'prose' && !within.quote && !within.tag && isPlain(body),
      isQuoted: within.quote,
    });
  }
  return { text, blocks };
}

function kindOf(type: string, body: string): BlockKind {
  if (type === 'paragraph_open') return isProse(body) ? 'prose' : 'other';
  if (type === 'heading_open') return 'heading';
  return FRAMES.has(type) ? 'framed' : 'other';
}

type Range = { start: number; end: number };

/** Where each line is, without its end. Lines end as in CommonMark. */
function lineRanges(text: string): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(/\r\n|\n|\r/g)) {
    ranges.push({ start, end: index });
    start = index + mark.length;
  }
  return [...ranges, { start, end: text.length }];
}

/** The last line of a block that is not blank. Lists take the blank lines after them. */
function lastFilledLine(text: string, lines: readonly Range[], [from, to]: [number, number]) {
  let last = Math.min(to, lines.length) - 1;
  for (; last > from; last -= 1) {
    const { start = 0, end = 0 } = lines[last] ?? {};
    if (text.slice(start, end).trim() !== '') break;
  }
  return last;
}
