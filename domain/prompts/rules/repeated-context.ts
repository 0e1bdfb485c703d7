import type { Block, PromptBlocks } from '../prompt-blocks.ts';
import type { Edit } from './edit.ts';

/** Shorter paragraphs may be examples or data, in which repeats mean something. */
const LEAST_CHARACTERS = 240;
const MOST_QUOTED_CHARACTERS = 60;

/** Long paragraphs that stand earlier in the prompt, in this text or in one before it. */
export type Context = { has: (words: string) => boolean; add: (words: string) => void };

/**
 * Long paragraphs of prose that stand word for word earlier in the prompt. A sentence in their place
 * points to the first one. Paragraphs that follow each other get one pointer.
 */
export function repeatedContextEdits({ text, blocks }: PromptBlocks, before: Context): Edit[] {
  const mine = new Set<string>();
  const edits: Edit[] = [];
  let last: Block | undefined;
  for (const [position, block] of blocks.entries()) {
    const words = contextIn(text, block);
    if (words === undefined) continue;
    const isRepeated = mine.has(words) || before.has(words);
    mine.add(words);
    if (!isRepeated) continue;
    const isNext = last !== undefined && last === blocks[position - 1];
    if (isNext && last) edits.push({ start: last.end, end: block.end, by: '' });
    else edits.push({ start: block.start, end: block.end, by: pointerTo(words) });
    last = block;
  }
  return edits;
}

/** What a text adds to the context of those after it. */
export function addContext({ text, blocks }: PromptBlocks, context: Context): void {
  for (const block of blocks) {
    const words = contextIn(text, block);
    if (words !== undefined) context.add(words);
  }
}

function contextIn(text: string, { kind, isQuoted, start, end }: Block): string | undefined {
  if (kind !== 'prose' || isQuoted || end - start < LEAST_CHARACTERS) return undefined;
  return text.slice(start, end).split(/\s+/).join(' ').trim();
}

const pointerTo = (words: string): string => `(Repeated from above: ${beginningOf(words)} …)`;

/** The first whole words, without marks that could open something. */
function beginningOf(words: string): string {
  const beginning = words.slice(0, MOST_QUOTED_CHARACTERS);
  const whole = beginning.slice(0, beginning.lastIndexOf(' '));
  return whole.replace(/[^\p{L}\p{N} .,:;!?-]/gu, '');
}
