import type { JsonObject } from '../wire-format.ts';
import { type AnswerBlock, converseAnswerOf } from './converse-answer.ts';
import { type AnswerFacts, customInputOf, customToolNames } from './facts.ts';
import {
  callItem,
  itemId,
  messageItem,
  reasoningItem,
  responseOf,
  wantsSummary,
} from './responses-output.ts';

/** A Converse answer as an object `response`. */
export function responsesAnswer(answer: JsonObject, facts: AnswerFacts): JsonObject {
  const { blocks, ...end } = converseAnswerOf(answer);
  const customTools = customToolNames(facts.request);
  const isSummary = wantsSummary(facts.request);
  const items = blocks.map((block, position) => {
    switch (block.kind) {
      case 'text':
        return messageItem(itemId('msg', facts, position), block.text);
      case 'reasoning':
      case 'redacted':
        return reasoningItem(itemId('rs', facts, position), block, isSummary);
      case 'call':
        return callItemOf(block, customTools.has(block.name), { facts, position });
    }
  });
  return responseOf(facts, items, end);
}

const callItemOf = (
  { id, name, input }: Extract<AnswerBlock, { kind: 'call' }>,
  isCustom: boolean,
  { facts, position }: { facts: AnswerFacts; position: number },
): JsonObject =>
  callItem(
    itemId(isCustom ? 'ctc' : 'fc', facts, position),
    { callId: id, name, text: isCustom ? customInputOf(input) : JSON.stringify(input) },
    isCustom,
  );
