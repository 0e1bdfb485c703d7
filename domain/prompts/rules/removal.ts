import type { Block } from '../prompt-blocks.ts';
import type { Edit } from './edit.ts';
import type { Sentence } from './sentences.ts';

/**
 * Takes sentences out of a paragraph with the blanks after them, or the whole paragraph with the gap
 * before it.
 * @param isRemoved of each of its sentences
 */
export function withoutSentences(
  blocks: readonly Block[],
  position: number,
  sentences: readonly Sentence[],
  isRemoved: (sentence: Sentence) => boolean,
): Edit[] {
  const block = blocks[position];
  if (!block) return [];
  const edits: Edit[] = [];
  let keptEnd: number | undefined;
  let from: number | undefined;
  for (const sentence of sentences) {
    if (isRemoved(sentence)) {
      from ??= sentence.start;
      continue;
    }
    if (from !== undefined) edits.push({ start: from, end: sentence.start, by: '' });
    from = undefined;
    keptEnd = sentence.end;
  }
  if (from === undefined) return edits;
  if (keptEnd === undefined) return [withoutBlock(blocks, position, block)];
  return [...edits, { start: keptEnd, end: block.end, by: '' }];
}

function withoutBlock(blocks: readonly Block[], position: number, block: Block): Edit {
  const before = blocks[position - 1];
  if (before) return { start: before.end, end: block.end, by: '' };
  return { start: block.start, end: blocks[position + 1]?.start ?? block.end, by: '' };
}
