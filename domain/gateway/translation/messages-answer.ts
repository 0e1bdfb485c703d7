import type { JsonObject } from '../wire-format.ts';
import { type AnswerBlock, type AnswerUsage, converseAnswerOf } from './converse-answer.ts';
import type { AnswerFacts } from './facts.ts';
import { countOf, isObject, textOf } from './reading.ts';

/** A Converse answer as a message of Anthropic. */
export function messagesAnswer(answer: JsonObject, facts: AnswerFacts): JsonObject {
  const { blocks, stopReason, stopSequence, usage, serviceTier } = converseAnswerOf(answer);
  return {
    ...messageOf(facts),
    content: blocks.map(contentBlockOf),
    ...stopOf(stopReason, stopSequence),
    usage: messagesUsageOf(usage, serviceTier),
  };
}

/** A message before anything is said, with the members that typed clients require. */
export const messageOf = (facts: AnswerFacts): JsonObject => ({
  id: `msg_${facts.id}`,
  type: 'message',
  role: 'assistant',
  model: facts.model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
  usage: messagesUsageOf(NO_USAGE, undefined),
});

const NO_USAGE: AnswerUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteOneHourTokens: 0,
};

function contentBlockOf(block: AnswerBlock): JsonObject {
  switch (block.kind) {
    case 'text': {
      const citations = block.citations.flatMap(citationsOf);
      return { type: 'text', text: block.text, citations: citations.length > 0 ? citations : null };
    }
    case 'reasoning':
      return { type: 'thinking', thinking: block.text, signature: block.signature };
    case 'redacted':
      return { type: 'redacted_thinking', data: block.data };
    case 'call':
      return callBlockOf(block, block.input);
  }
}

export const callBlockOf = (
  { id, name }: { id: string; name: string },
  input: JsonObject,
): JsonObject => ({ type: 'tool_use', id, name, input, caller: { type: 'direct' } });

const STOP_REASONS = new Map([
  ['end_turn', 'end_turn'],
  ['stop_sequence', 'stop_sequence'],
  ['max_tokens', 'max_tokens'],
  ['tool_use', 'tool_use'],
  ['model_context_window_exceeded', 'model_context_window_exceeded'],
  ['guardrail_intervened', 'refusal'],
  ['content_filtered', 'refusal'],
]);

/** Why the message ends. Anthropic knows no reason for what a model got wrong. */
export function stopOf(stopReason: string, stopSequence: string | undefined): JsonObject {
  const reason = STOP_REASONS.get(stopReason) ?? 'end_turn';
  return {
    stop_reason: reason,
    stop_sequence: stopSequence ?? null,
    stop_details:
      reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
  };
}

/** Both count input without what was cached, and split writes by their life. */
export function messagesUsageOf(usage: AnswerUsage, serviceTier: string | undefined): JsonObject {
  return {
    ...messagesDeltaUsageOf(usage),
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens - usage.cacheWriteOneHourTokens,
      ephemeral_1h_input_tokens: usage.cacheWriteOneHourTokens,
    },
    service_tier: serviceTier === 'priority' ? 'priority' : 'standard',
  };
}

export const messagesDeltaUsageOf = (usage: AnswerUsage): JsonObject => ({
  input_tokens: usage.inputTokens,
  output_tokens: usage.outputTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  cache_creation_input_tokens: usage.cacheWriteTokens,
  server_tool_use: null,
});

/** A citation of Converse in Anthropic's words; none if it points at something else. */
export function citationsOf(citation: JsonObject): JsonObject[] {
  const location = isObject(citation['location']) ? citation['location'] : {};
  const sources = Array.isArray(citation['sourceContent']) ? citation['sourceContent'] : [];
  const cited = {
    cited_text: sources.map((source) => textOf(source, 'text') ?? '').join(''),
    document_title: textOf(citation, 'title') ?? null,
    file_id: null,
  };
  for (const { name, type, unit } of LOCATIONS) {
    const place = location[name];
    if (!isObject(place)) continue;
    return [
      {
        type,
        ...cited,
        document_index: countOf(place, 'documentIndex'),
        [`start_${unit}`]: countOf(place, 'start'),
        [`end_${unit}`]: countOf(place, 'end'),
      },
    ];
  }
  return [];
}

const LOCATIONS = [
  { name: 'documentChar', type: 'char_location', unit: 'char_index' },
  { name: 'documentPage', type: 'page_location', unit: 'page_number' },
  { name: 'documentChunk', type: 'content_block_location', unit: 'block_index' },
] as const;
