import { base64UrlToText, textToBase64Url } from '../../base64url.ts';
import type { JsonObject } from '../wire-format.ts';
import type { AnswerBlock } from './converse-answer.ts';
import { isObject, parsedJson, textOf } from './reading.ts';
import { thinkingPart } from './thinking-blocks.ts';
import type { Part } from './turn.ts';

/**
 * Reasoning in `encrypted_content` of a Responses item, which clients send back unchanged. Purser
 * stores nothing, so everything that the model needs again stands in it: the text with its
 * signature, or what only the provider can read. It is encoded and not encrypted; the provider's
 * signature protects it.
 */
export const sealedReasoning = (block: ReasoningBlock): string =>
  textToBase64Url(
    JSON.stringify(
      block.kind === 'redacted'
        ? { type: 'redacted_thinking', data: block.data }
        : { type: 'thinking', thinking: block.text, signature: block.signature },
    ),
  );

export type ReasoningBlock = Extract<AnswerBlock, { kind: 'reasoning' | 'redacted' }>;

/** What `sealedReasoning` wrote; nothing for what another server wrote, or without a signature. */
export function readReasoning(item: JsonObject): Part[] {
  const block = parsedJson(base64UrlToText(textOf(item, 'encrypted_content') ?? '') ?? '');
  const isOurs =
    isObject(block) && (block['type'] === 'thinking' || typeof block['data'] === 'string');
  return isOurs ? thinkingPart(block, 'encrypted_content') : [];
}
