import type { FinishReason } from '../ledger/request-traits.ts';
import { ownValue } from '../own-value.ts';
import { memberAt } from './envelope.ts';

/**
 * Why a model stopped, by the words of providers in lower case: OpenAI, Anthropic Messages, Bedrock
 * Converse and InvokeModel, Gemini, Cohere, Mistral (their API references, November 2026).
 */
const WORDS: Readonly<Record<FinishReason, readonly string[]>> = {
  stop: [
    'stop',
    'end_turn',
    'stop_sequence',
    'pause_turn',
    'complete',
    'finish',
    'eos',
    'eos_token',
  ],
  length: [
    'length',
    'max_tokens',
    'max_output_tokens',
    'model_context_window_exceeded',
    'model_length',
  ],
  tool_calls: ['tool_calls', 'tool_call', 'tool_use', 'function_call'],
  content_filter: [
    'content_filter',
    'content_filtered',
    'guardrail_intervened',
    'refusal',
    'safety',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'image_safety',
  ],
  error: [
    'error',
    'failed',
    'malformed_function_call',
    'malformed_model_output',
    'malformed_tool_use',
    'unexpected_tool_call',
  ],
};

const REASONS: Readonly<Record<string, FinishReason>> = Object.fromEntries(
  (Object.entries(WORDS) as [FinishReason, readonly string[]][]).flatMap(([reason, words]) =>
    words.map((word) => [word, reason]),
  ),
);

/** Every word that is known, in lower case. */
export const FINISH_WORDS = Object.keys(REASONS);

/** A provider's word for why it stopped, in the words of Purser; `undefined` if it is unknown. */
export const finishReasonOf = (word: unknown): FinishReason | undefined =>
  typeof word === 'string' ? ownValue(REASONS, word.toLowerCase()) : undefined;

/** Where responses, events of streams and lines of batches have the word. */
const PLACES = [
  'choices.0.finish_reason',
  'stop_reason',
  'stopReason',
  'delta.stop_reason',
  'candidates.0.finishReason',
  'finish_reason',
  'finishReason',
  'completionReason',
  'results.0.completionReason',
  'incomplete_details.reason',
] as const;
/** What may be around a response. */
const WRAPPERS = ['response', 'message', 'response.body', 'result.message', 'modelOutput'] as const;

/**
 * Why the model stopped, as a whole response or an event of a stream says; `undefined` if it does not
 * say. A report that only has usage says nothing.
 */
export function finishReasonIn(report: object): FinishReason | undefined {
  const responses = [report, ...WRAPPERS.map((path) => memberAt(report, path))];
  for (const response of responses) {
    if (typeof response !== 'object' || response === null) continue;
    for (const path of PLACES) {
      const reason = finishReasonOf(memberAt(response, path));
      if (reason) return reason;
    }
    const reason = reasonOfResponse(response);
    if (reason) return reason;
  }
  return undefined;
}

/** A response of OpenAI's Responses has a status, and says why only if it is incomplete. */
function reasonOfResponse(response: object): FinishReason | undefined {
  const output = memberAt(response, 'output');
  if (!Array.isArray(output)) return undefined;
  const status = memberAt(response, 'status');
  if (status === 'failed') return 'error';
  if (status !== 'completed') return undefined;
  const calls = output.some((item: unknown) => memberAt(item, 'type') === 'function_call');
  return calls ? 'tool_calls' : 'stop';
}
