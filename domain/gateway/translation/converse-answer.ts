import type { JsonObject } from '../wire-format.ts';
import { countOf, isObject, textOf } from './reading.ts';

/** A block of an answer that clients of other formats can be told of. */
export type AnswerBlock =
  | { kind: 'text'; text: string; citations: readonly JsonObject[] }
  | { kind: 'reasoning'; text: string; signature: string }
  /** Reasoning that only the provider can read, as base64. */
  | { kind: 'redacted'; data: string }
  | { kind: 'call'; id: string; name: string; input: JsonObject };

/** Why the model stopped, in Converse's words. */
export type StopReason =
  | 'end_turn'
  | 'stop_sequence'
  | 'max_tokens'
  | 'model_context_window_exceeded'
  | 'tool_use'
  | 'guardrail_intervened'
  | 'content_filtered'
  | 'malformed_tool_use'
  | 'malformed_model_output';

/** Tokens as Converse counts them: input without what was read from or written to a cache. */
export type AnswerUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  cacheWriteOneHourTokens: number;
};

/** What Converse answered. */
export type ConverseAnswer = {
  blocks: readonly AnswerBlock[];
  /** A reason that is not known yet counts as the end of the turn. */
  stopReason: string;
  stopSequence: string | undefined;
  usage: AnswerUsage;
  serviceTier: string | undefined;
};

/** Reads the body of a Converse answer. Blocks of tools that the provider runs are left out. */
export function converseAnswerOf(answer: JsonObject): ConverseAnswer {
  const output = objectOf(answer, 'output');
  const content = objectOf(output, 'message')['content'];
  return {
    blocks: (Array.isArray(content) ? content : []).flatMap(answerBlocks),
    stopReason: textOf(answer, 'stopReason') ?? 'end_turn',
    stopSequence: stopSequenceOf(answer),
    usage: answerUsageOf(answer['usage']),
    serviceTier: textOf(answer['serviceTier'], 'type'),
  };
}

/** Models of Anthropic report it, if they are asked for it. */
export const stopSequenceOf = (answer: JsonObject): string | undefined =>
  textOf(answer['additionalModelResponseFields'], 'stop_sequence');

export function answerUsageOf(usage: unknown): AnswerUsage {
  const details = isObject(usage) ? usage['cacheDetails'] : undefined;
  const oneHour = (Array.isArray(details) ? details : [])
    .filter((detail) => textOf(detail, 'ttl') === '1h')
    .reduce<number>((sum, detail) => sum + countOf(detail, 'inputTokens'), 0);
  return {
    inputTokens: countOf(usage, 'inputTokens'),
    outputTokens: countOf(usage, 'outputTokens'),
    cacheReadTokens: countOf(usage, 'cacheReadInputTokens'),
    cacheWriteTokens: countOf(usage, 'cacheWriteInputTokens'),
    cacheWriteOneHourTokens: oneHour,
  };
}

/** All input, as OpenAI counts it: with what was read from or written to a cache. */
export const wholeInputOf = (usage: AnswerUsage): number =>
  usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;

function answerBlocks(block: unknown): AnswerBlock[] {
  if (!isObject(block)) return [];
  const text = textOf(block, 'text');
  if (text !== undefined) return [{ kind: 'text', text, citations: [] }];
  const call = block['toolUse'];
  if (isObject(call) && call['type'] === undefined) {
    return [
      {
        kind: 'call',
        id: textOf(call, 'toolUseId') ?? '',
        name: textOf(call, 'name') ?? '',
        input: isObject(call['input']) ? call['input'] : {},
      },
    ];
  }
  const reasoning = block['reasoningContent'];
  if (isObject(reasoning)) return reasoningBlocks(reasoning);
  const cited = block['citationsContent'];
  return isObject(cited) ? [citedBlock(cited)] : [];
}

function reasoningBlocks(reasoning: JsonObject): AnswerBlock[] {
  const data = textOf(reasoning, 'redactedContent');
  if (data !== undefined) return [{ kind: 'redacted', data }];
  const text = reasoning['reasoningText'];
  if (!isObject(text)) return [];
  return [
    {
      kind: 'reasoning',
      text: textOf(text, 'text') ?? '',
      signature: textOf(text, 'signature') ?? '',
    },
  ];
}

function citedBlock(cited: JsonObject): AnswerBlock {
  const content = Array.isArray(cited['content']) ? cited['content'] : [];
  const citations = Array.isArray(cited['citations']) ? cited['citations'] : [];
  return {
    kind: 'text',
    text: content.map((part) => textOf(part, 'text') ?? '').join(''),
    citations: citations.filter(isObject),
  };
}

function objectOf(object: JsonObject, name: 'output' | 'message'): JsonObject {
  const value = object[name];
  return isObject(value) ? value : {};
}
