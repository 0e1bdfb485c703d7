import { blocksOf } from './prompt-blocks.ts';
import { edited } from './rules/edit.ts';
import { addContext, type Context } from './rules/repeated-context.ts';
import { RULE_NAMES, type RuleName, RULES } from './rules/rules.ts';

/** What a rule took out. */
export type RuleSaving = { rule: RuleName; tokens: number; edits: number };

export type OptimizedText = {
  text: string;
  tokensBefore: number;
  tokensAfter: number;
  savings: readonly RuleSaving[];
};

/** Each change takes tokens away, so that rounds end. This bounds the time for texts made to last. */
const MOST_CHANGES = 12;

/**
 * Takes out of a text what its rules find, as long as that saves tokens. A rule whose edits save none
 * changes nothing. Repeats the rules until none saves any more, so the result stays as it is if it is
 * optimized again.
 * @param context what earlier texts of the prompt said; this text is added
 * @param count the tokens of a text for the model
 */
export function optimizeText(
  given: string,
  context: Context,
  count: (text: string) => number,
): OptimizedText {
  let prompt = blocksOf(given);
  let tokens = count(given);
  const tokensBefore = tokens;
  const savings: RuleSaving[] = [];
  let tried = 0;
  for (let turn = 0; tried < RULE_NAMES.length && savings.length < MOST_CHANGES; turn += 1) {
    const rule = RULE_NAMES[turn % RULE_NAMES.length] ?? 'white-space';
    tried += 1;
    const edits = RULES[rule](prompt, context);
    if (edits.length === 0) continue;
    const shorter = edited(prompt.text, edits);
    const left = shorter.trim() === '' ? tokens : count(shorter);
    if (left >= tokens) continue;
    savings.push({ rule, tokens: tokens - left, edits: edits.length });
    prompt = blocksOf(shorter);
    tokens = left;
    tried = 0;
  }
  addContext(prompt, context);
  return { text: prompt.text, tokensBefore, tokensAfter: tokens, savings };
}
