import type { Failure, FailureKind } from '../failure.ts';
import type { JsonObject } from '../wire-format.ts';
import { type AnswerUsage, wholeInputOf } from './converse-answer.ts';
import type { AnswerFacts } from './facts.ts';
import { isObject, textOf } from './reading.ts';
import { type ReasoningBlock, sealedReasoning } from './reasoning-seal.ts';

/** Whether the client wants reasoning as a summary. Otherwise it is the item's content. */
export const wantsSummary = ({ reasoning }: JsonObject): boolean =>
  isObject(reasoning) && (reasoning['summary'] ?? reasoning['generate_summary'] ?? null) !== null;

/** Items of one answer are numbered, so that their ids are the same however the answer travels. */
export const itemId = (prefix: 'rs' | 'msg' | 'fc' | 'ctc', facts: AnswerFacts, position: number) =>
  `${prefix}_${facts.id}_${position}`;

export function reasoningItem(id: string, block: ReasoningBlock, isSummary: boolean): JsonObject {
  const text = block.kind === 'reasoning' ? block.text : '';
  const item = { id, type: 'reasoning', encrypted_content: sealedReasoning(block) };
  if (text === '') return { ...item, summary: [] };
  return isSummary
    ? { ...item, summary: [{ type: 'summary_text', text }] }
    : { ...item, summary: [], content: [{ type: 'reasoning_text', text }] };
}

export const messageItem = (id: string, text: string): JsonObject => ({
  id,
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [textContent(text)],
});

export const textContent = (text: string): JsonObject => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: [],
});

export const callItem = (
  id: string,
  { callId, name, text }: { callId: string; name: string; text: string },
  isCustom: boolean,
): JsonObject =>
  isCustom
    ? { id, type: 'custom_tool_call', call_id: callId, name, input: text }
    : { id, type: 'function_call', status: 'completed', call_id: callId, name, arguments: text };

const INCOMPLETE = new Map([
  ['max_tokens', 'max_output_tokens'],
  ['model_context_window_exceeded', 'max_output_tokens'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
]);

/** What an answer's end makes of it: `undefined` while it goes on. */
export type AnswerEnd = {
  stopReason: string;
  usage: AnswerUsage | undefined;
  serviceTier: string | undefined;
};

/** An object `response`, which repeats the settings of its request. */
export function responseOf(
  facts: AnswerFacts,
  output: readonly JsonObject[],
  end: AnswerEnd | undefined,
): JsonObject {
  const reason = end ? INCOMPLETE.get(end.stopReason) : undefined;
  const createdAt = Math.floor(facts.createdAtMs / 1_000);
  return {
    id: `resp_${facts.id}`,
    object: 'response',
    created_at: createdAt,
    status: end ? (reason === undefined ? 'completed' : 'incomplete') : 'in_progress',
    background: false,
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    model: facts.model,
    output,
    ...settingsOf(facts.request),
    service_tier: end?.serviceTier ?? textOf(facts.request, 'service_tier') ?? 'default',
    usage: end?.usage ? responsesUsageOf(end.usage) : null,
  };
}

/** The only codes that OpenAI's clients expect of failed responses. */
const ERROR_CODES = new Map<FailureKind, string>([
  ['rate', 'rate_limit_exceeded'],
  ['invalid', 'invalid_prompt'],
]);

export const failedResponse = (response: JsonObject, failure: Failure): JsonObject => ({
  ...response,
  status: 'failed',
  error: { code: ERROR_CODES.get(failure.kind) ?? 'server_error', message: failure.message },
});

function settingsOf(request: JsonObject): JsonObject {
  const reasoning = isObject(request['reasoning']) ? request['reasoning'] : {};
  return {
    instructions: request['instructions'] ?? null,
    max_output_tokens: request['max_output_tokens'] ?? null,
    metadata: request['metadata'] ?? {},
    parallel_tool_calls: request['parallel_tool_calls'] !== false,
    previous_response_id: null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
    store: false,
    temperature: request['temperature'] ?? null,
    text: request['text'] ?? { format: { type: 'text' } },
    tool_choice: request['tool_choice'] ?? 'auto',
    tools: request['tools'] ?? [],
    top_p: request['top_p'] ?? null,
    truncation: request['truncation'] ?? 'disabled',
    user: request['user'] ?? null,
  };
}

/** OpenAI's input tokens include cached ones. Converse does not count reasoning apart. */
function responsesUsageOf(usage: AnswerUsage): JsonObject {
  const inputTokens = wholeInputOf(usage);
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + usage.outputTokens,
  };
}
