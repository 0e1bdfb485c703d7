import { blocksOf } from '../prompt-blocks.ts';
import { maskedText, partsOf, type TemplateMessage, variablesIn } from './template.ts';

/** How much of a template providers can cache. */
export type CacheOrder = {
  /** Tokens before the first variable, which are the same in every request. */
  prefixTokens: number;
  /** Tokens of stable text that come after a variable and could come before it. */
  lostPrefixTokens: number;
  /** The variable that ends the prefix, if one does. */
  firstVariable?: string | undefined;
  /** The same messages with stable paragraphs first, if that makes the prefix longer. */
  reordered?: readonly TemplateMessage[] | undefined;
};

/**
 * Compares a template with the same messages in which paragraphs without variables come first. Nobody
 * but its author knows whether it then says the same, so it is only offered.
 */
export function cacheOrderOf(
  messages: readonly TemplateMessage[],
  count: (text: string) => number,
): CacheOrder {
  const prefixTokens = prefixOf(messages, count);
  const [firstVariable] = messages.flatMap(({ content }) => variablesIn(content));
  if (firstVariable === undefined) return { prefixTokens, lostPrefixTokens: 0 };
  const reordered = messages.map(stableFirst);
  const lostPrefixTokens = prefixOf(reordered, count) - prefixTokens;
  if (lostPrefixTokens <= 0) return { prefixTokens, lostPrefixTokens: 0, firstVariable };
  return { prefixTokens, lostPrefixTokens, firstVariable, reordered };
}

function prefixOf(messages: readonly TemplateMessage[], count: (text: string) => number): number {
  let tokens = 0;
  for (const { content } of messages) {
    const parts = partsOf(content);
    const first = parts.findIndex((part) => 'variable' in part);
    const stable = first === -1 ? parts : parts.slice(0, first);
    tokens += stable.reduce((sum, part) => sum + ('text' in part ? count(part.text) : 0), 0);
    if (first >= 0) break;
  }
  return tokens;
}

/** Parts that may belong together, such as tags around others, stay as they are. */
function stableFirst(message: TemplateMessage): TemplateMessage {
  const { content: text } = message;
  const { blocks } = blocksOf(maskedText(text));
  if (blocks.some(({ kind, isQuoted }) => kind === 'other' || isQuoted)) return message;
  const bodies = blocks.map(({ start, end }) => text.slice(start, end));
  const isStable = (body: string): boolean => variablesIn(body).length === 0;
  const others = bodies.filter((body) => !isStable(body));
  return { ...message, content: [...bodies.filter(isStable), ...others].join('\n\n') };
}
