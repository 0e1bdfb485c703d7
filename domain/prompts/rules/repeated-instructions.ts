import type { Block, PromptBlocks } from '../prompt-blocks.ts';
import type { Edit } from './edit.ts';
import { withoutSentences } from './removal.ts';
import { sameWords, type Sentence, sentencesOf } from './sentences.ts';

/** How sentences begin that say what to do. Others may be data, where repeats mean something. */
const INSTRUCTION =
  /^(?:please |always |never |do not |don't |you (?:must|should|will|are|have to|need to|may not|can not|cannot) |make sure |ensure |remember |be |use |answer |respond |reply |write |return |output |keep |avoid |follow |include |provide |only |under no |it is (?:important|essential) |note that |think )/;
const LEAST_WORDS = 4;
const LEAST_CHARACTERS = 20;

/**
 * Instructions that the same text gave before in the same words. The first one stays: what is before it
 * may be cached. Instructions of other messages do not count, because a later one may repeat what
 * another revoked.
 */
export function repeatedInstructionEdits({ text, blocks }: PromptBlocks): Edit[] {
  const given = new Set<string>();
  return blocks.flatMap((block: Block, position) => {
    if (!block.isPlain) return [];
    const sentences = sentencesOf(text, block.start, block.end);
    const repeats = new Set<Sentence>();
    for (const sentence of sentences) {
      const words = instructionIn(text.slice(sentence.start, sentence.end));
      if (words === undefined) continue;
      if (given.has(words)) repeats.add(sentence);
      given.add(words);
    }
    return withoutSentences(blocks, position, sentences, (each) => repeats.has(each));
  });
}

function instructionIn(sentence: string): string | undefined {
  const words = sameWords(sentence);
  if (words.length < LEAST_CHARACTERS || words.split(' ').length < LEAST_WORDS) return undefined;
  return INSTRUCTION.test(words) ? words.replace(/^please /, '') : undefined;
}
