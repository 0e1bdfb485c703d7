import type { JsonObject } from '../wire-format.ts';
import { listAt, objectAt, optional, textAt, textOf } from './reading.ts';
import type { Part, PartOf } from './turn.ts';

/**
 * Reasoning in Anthropic's form: `thinking` with its signature, or `redacted_thinking`. Chat
 * Completions has no form of its own that keeps the signature, so Purser's clients get this one in
 * `thinking_blocks` and send it back.
 */
export const thinkingParts = (value: unknown, field: string): Part[] =>
  (optional(value, field, listAt) ?? []).flatMap((block, position) =>
    thinkingPart(objectAt(block, `${field}.${position}`), `${field}.${position}`),
  );

/** Reasoning without a signature is refused by the models that sign, so it stays out. */
export function thinkingPart(block: JsonObject, field: string): PartOf<'reasoning'>[] {
  if (block['type'] === 'redacted_thinking') {
    const data = textAt(block['data'], `${field}.data`);
    return [{ kind: 'reasoning', block: { reasoningContent: { redactedContent: data } } }];
  }
  const signature = textOf(block, 'signature') ?? '';
  if (signature === '') return [];
  const text = textOf(block, 'thinking') ?? '';
  return [
    { kind: 'reasoning', block: { reasoningContent: { reasoningText: { text, signature } } } },
  ];
}
