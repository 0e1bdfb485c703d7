import { memberAt } from '../gateway/reading.ts';
import { parsedObject } from '../gateway/provider-error.ts';
import { createUsageMeter } from '../gateway/usage-meter.ts';
import type { JsonObject, ModelApi, StreamEvent } from '../gateway/wire-format.ts';
import type { FinishReason } from '../ledger/request-traits.ts';
import { finishReasonIn } from '../provider-usage/finish-reason.ts';

/** An answer as its client got it. */
export type RecordedAnswer =
  { kind: 'whole'; json: string } | { kind: 'stream'; events: readonly StreamEvent[] };

/** Whether a whole answer in a client's format is complete: not cut, not refused, not an error. */
export function isCompleteAnswer(api: ModelApi, json: string): boolean {
  const body = parsedObject(json);
  if (!body || isFailed(body)) return false;
  if (api === 'embeddings') return Array.isArray(body['data']);
  return isEnd(finishReasonIn(body)) && !isPaused(body) && !isRefused(body);
}

/** Watches a stream in a client's format for whether it is complete, as `isCompleteAnswer`. */
export function createStreamWatch(api: ModelApi) {
  const meter = createUsageMeter(api);
  let isSpoiled = false;
  return {
    see(event: StreamEvent): void {
      meter.see(event);
      const payload = parsedObject(event.data);
      if (payload) isSpoiled ||= isFailed(payload) || isPaused(payload) || isRefused(payload);
    },
    /** An event that ends the stream with an error. */
    fail: (): void => void (isSpoiled = true),
    isComplete: (): boolean => !isSpoiled && isEnd(meter.read().finishReason),
  };
}

const isEnd = (reason: FinishReason | undefined): boolean =>
  reason === 'stop' || reason === 'tool_calls';

/** A turn of Anthropic's own tools that goes on with the next request. */
const isPaused = (payload: JsonObject): boolean =>
  [payload['stop_reason'], memberAt(payload, 'delta.stop_reason')].includes('pause_turn');

const isFailed = (payload: JsonObject): boolean =>
  (payload['error'] !== undefined && payload['error'] !== null) || payload['type'] === 'error';

/** OpenAI's models refuse in a member of its own, and stop as if they had answered. */
function isRefused(payload: JsonObject): boolean {
  const { type, choices, output } = payload;
  if (typeof type === 'string' && type.startsWith('response.refusal')) return true;
  const inChoices = listOf(choices).some((choice) =>
    [memberOf(choice, 'message.refusal'), memberOf(choice, 'delta.refusal')].some(isText),
  );
  return (
    inChoices ||
    listOf(output).some((item) =>
      listOf(memberOf(item, 'content')).some((part) => memberOf(part, 'type') === 'refusal'),
    )
  );
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const memberOf = (value: unknown, path: string): unknown =>
  typeof value === 'object' && value !== null ? memberAt(value as JsonObject, path) : undefined;
