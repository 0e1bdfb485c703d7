import { invalid } from '../fault.ts';
import type { Block, Turn } from '../model-call.ts';

/**
 * Converse's rules for tools: a configuration when tools occur, and one result for each tool call
 * in the message after it.
 */
export function checkToolTurns(turns: readonly Turn[], hasToolConfig: boolean): void {
  const uses = turns.map(({ blocks }) => idsOf(blocks, 'toolUse'));
  const results = turns.map(({ blocks }) => idsOf(blocks, 'toolResult'));
  if (!hasToolConfig && [...uses, ...results].some(({ length }) => length > 0)) {
    throw invalid(
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    );
  }
  for (const at of turns.keys()) {
    const earlier = uses[at - 1] ?? [];
    const answers = results[at] ?? [];
    const missing = earlier.filter((id) => !answers.includes(id));
    if (missing.length > 0) {
      throw invalid(
        `Expected toolResult blocks at messages.${at}.content for the following Ids: ${missing.join(', ')}`,
      );
    }
    if (answers.length > earlier.length) {
      throw invalid(
        `The number of toolResult blocks at messages.${at}.content exceeds the number of toolUse blocks of previous turn.`,
      );
    }
  }
}

const idsOf = (blocks: readonly Block[], kind: 'toolUse' | 'toolResult'): string[] =>
  blocks.flatMap((block) => (block.kind === kind ? [block.id] : []));
