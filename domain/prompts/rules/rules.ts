import type { PromptBlocks } from '../prompt-blocks.ts';
import { courtesyEdits } from './courtesy.ts';
import type { Edit } from './edit.ts';
import { type Context, repeatedContextEdits } from './repeated-context.ts';
import { repeatedInstructionEdits } from './repeated-instructions.ts';
import { whiteSpaceEdits } from './white-space.ts';

/** What may be taken out of a prompt, in the order in which it is tried. */
export const RULE_NAMES = [
  'white-space',
  'repeated-context',
  'repeated-instruction',
  'courtesy',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** The edits that a rule proposes for a text. @param context of the texts before it */
export const RULES: Readonly<
  Record<RuleName, (prompt: PromptBlocks, context: Context) => readonly Edit[]>
> = {
  'white-space': whiteSpaceEdits,
  'repeated-context': repeatedContextEdits,
  'repeated-instruction': repeatedInstructionEdits,
  courtesy: courtesyEdits,
};
