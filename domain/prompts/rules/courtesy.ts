import type { PromptBlocks } from '../prompt-blocks.ts';
import type { Edit } from './edit.ts';
import { withoutSentences } from './removal.ts';
import { sameWords, sentencesOf } from './sentences.ts';

/** Whole sentences, in `sameWords`, that say nothing about the task. English only. */
const COURTESIES: readonly RegExp[] = [
  /^(?:thank you|thanks)(?: (?:so|very) much| a lot)?(?: in advance)?(?: for (?:your|the) (?:help|time|assistance|support|attention))?(?: in advance)?[.!]*$/,
  /^i (?:really |very much |would )?appreciate (?:it|your (?:help|time|assistance))(?: in advance)?[.!]*$/,
  /^i hope (?:this (?:message|email) finds you well|you(?: are|'re) (?:doing )?well)[.!]*$/,
  /^(?:any|your) help (?:is|would be|will be) (?:much |greatly |very )?appreciated[.!]*$/,
];

/** Where a text is the task's object, a courtesy may belong to it. */
const ABOUT_TEXT =
  /\b(?:translat|rewrit|rephras|paraphras|proofread|summar|correct|edit|repl[yi]|respon|classif|gramma|e-?mail|letter|messag|sentence|phrase|text|word|writ|draft|quot|say|said|tone|polite|courte|sentiment|convers|dialog|chat|speech|review|complet|continu|follow|above|below|thank(?:ful|ing))/i;

/** The longest courtesy; longer sentences are none. */
const MOST_CHARACTERS = 120;

/**
 * Courtesies in the last paragraph of a prompt, or in its first, where nothing suggests that the task is
 * about a text. A prompt never becomes empty: a courtesy alone stays.
 */
export function courtesyEdits({ text, blocks }: PromptBlocks): Edit[] {
  const places = [...new Set([0, blocks.length - 1])].filter((at) => blocks[at]?.isPlain === true);
  if (places.length === 0) return [];
  const edits = places.flatMap((position) => {
    const { start = 0, end = 0 } = blocks[position] ?? {};
    return withoutSentences(
      blocks,
      position,
      sentencesOf(text, start, end),
      (each) =>
        each.end - each.start <= MOST_CHARACTERS &&
        isCourtesy(sameWords(text.slice(each.start, each.end))),
    );
  });
  const isAll = edits.some(({ start }, at) => start < (edits[at - 1]?.end ?? 0));
  return edits.length === 0 || isAll || ABOUT_TEXT.test(text) ? [] : edits;
}

const isCourtesy = (words: string): boolean => COURTESIES.some((form) => form.test(words));
