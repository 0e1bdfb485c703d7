import { minuteText } from '../ledger/reset-text.ts';
import { type Failure, type FailureKind, isTooLong, withoutReset } from './failure.ts';
import type { JsonObject, StreamEvent } from './wire-format.ts';

/** Clients that read errors alike. `purser` is RFC 9457, for Purser's own routes. */
export type ClientFamily = 'openai' | 'anthropic' | 'bedrock' | 'purser';

/** A failure as HTTP: the body is JSON, of the type that `content-type` says. */
export type Envelope = {
  status: number;
  headers: Record<string, string>;
  body: JsonObject;
};

/** Each kind in the words of each family, which clients match on. */
const WORDS: Record<
  FailureKind,
  { openai: string; anthropic: string; bedrock: string; bedrockStatus: number }
> = {
  invalid: words('invalid_request_error', 'invalid_request_error', 'ValidationException', 400),
  unauthorized: words(
    'invalid_request_error',
    'authentication_error',
    'AccessDeniedException',
    403,
  ),
  forbidden: words('permission_error', 'permission_error', 'AccessDeniedException', 403),
  missing: words('invalid_request_error', 'not_found_error', 'ResourceNotFoundException', 404),
  'too-large': words('invalid_request_error', 'request_too_large', 'ValidationException', 400),
  conflict: words('conflict_error', 'conflict_error', 'ConflictException', 400),
  // The AWS SDK sends everything with status 429 again, whatever the headers say.
  budget: words('insufficient_quota', 'billing_error', 'ServiceQuotaExceededException', 400),
  rate: words('rate_limit_error', 'rate_limit_error', 'ThrottlingException', 429),
  overloaded: words('server_error', 'overloaded_error', 'ServiceUnavailableException', 503),
  timeout: words('server_error', 'timeout_error', 'ModelTimeoutException', 408),
  model: words('server_error', 'api_error', 'ModelErrorException', 424),
  broken: words('server_error', 'api_error', 'InternalServerException', 500),
};

function words(openai: string, anthropic: string, bedrock: string, bedrockStatus: number) {
  return { openai, anthropic, bedrock, bedrockStatus };
}

/** A longer wait overflows the 31 bits of milliseconds of common clients' timers. */
const MAX_RETRY_AFTER_SECONDS = 2_147_483;

/** Most calls have ended after this time, and give back what they do not use. */
const CALL_SECONDS = 30;

/**
 * A failure in the form that a family of clients shows and obeys.
 *
 * - OpenAI: `{ error: { message, type, param, code } }`
 * - Anthropic: `{ type: 'error', error: { type, message }, request_id }`
 * - Bedrock: `{ message }` and the exception's name in `x-amzn-errortype`
 * - Purser: problem details
 */
export function envelopeOf(family: ClientFamily, failure: Failure, requestId: string): Envelope {
  const headers = headersOf(failure);
  const json = { ...headers, 'content-type': 'application/json' };
  const { status } = failure;
  switch (family) {
    case 'openai':
      return {
        status,
        headers: { ...json, 'x-request-id': requestId },
        body: { error: openAiError(failure) },
      };
    case 'anthropic':
      return {
        status,
        headers: { ...json, 'request-id': requestId },
        body: anthropicError(failure, requestId),
      };
    case 'bedrock': {
      const { bedrock, bedrockStatus } = WORDS[failure.kind];
      return {
        status: bedrockStatus,
        headers: { ...json, 'x-amzn-errortype': bedrock, 'x-amzn-requestid': requestId },
        body: { message: failure.message },
      };
    }
    case 'purser':
      return {
        status,
        headers: { ...headers, 'content-type': 'application/problem+json' },
        body: { ...failure.problem, requestId },
      };
  }
}

function headersOf({ headers, kind, code }: Failure): Record<string, string> {
  const isHeld = kind === 'rate' && code === 'budget_exceeded';
  const all: Record<string, string> = {
    ...(kind === 'budget' ? { 'x-should-retry': 'false' } : {}),
    ...headers,
    // Clients sleep for as long as they are told, and send the request three times.
    ...(isHeld ? { 'x-should-retry': 'false' } : {}),
  };
  const longestSeconds = isHeld ? CALL_SECONDS : MAX_RETRY_AFTER_SECONDS;
  const retryAfterSeconds = Number(all['retry-after'] ?? Number.NaN);
  return Number.isFinite(retryAfterSeconds)
    ? { ...all, 'retry-after': String(Math.min(longestSeconds, retryAfterSeconds)) }
    : all;
}

export type StreamFormat = 'chat' | 'responses' | 'messages' | 'converse' | 'invoke';

/**
 * The event that tells of a failure in a stream that has begun, when no status can be sent any
 * more. For Converse and InvokeModel it is a message whose `:message-type` is `exception` and whose
 * `:exception-type` is `event`.
 * @param sequenceNumber only for Responses: one more than the last event's
 */
export function errorEventOf(
  format: StreamFormat,
  failure: Failure,
  { requestId, sequenceNumber = 0 }: { requestId: string; sequenceNumber?: number },
): StreamEvent {
  switch (format) {
    case 'chat':
      return { data: JSON.stringify({ error: openAiError(failure) }) };
    case 'responses': {
      const { message, param, code } = openAiError(failure);
      const data = { type: 'error', code, message, param, sequence_number: sequenceNumber };
      return { event: 'error', data: JSON.stringify(data) };
    }
    case 'messages':
      return { event: 'error', data: JSON.stringify(anthropicError(failure, requestId)) };
    case 'converse':
    case 'invoke':
      return {
        event: STREAM_EXCEPTIONS.get(failure.kind) ?? 'validationException',
        data: JSON.stringify({ message: failure.message }),
      };
  }
}

/** Streams know fewer exceptions than answers. */
const STREAM_EXCEPTIONS = new Map<FailureKind, string>([
  ['rate', 'throttlingException'],
  ['overloaded', 'serviceUnavailableException'],
  ['timeout', 'modelStreamErrorException'],
  ['model', 'modelStreamErrorException'],
  ['broken', 'internalServerException'],
]);

type OpenAiError = { message: string; type: string; param: string | null; code: string };

export function openAiError({ kind, message, param, code }: Failure): OpenAiError {
  return {
    // LangChain gives up at these words, and would otherwise send the request six times more.
    message: kind === 'budget' ? `Insufficient quota: ${message}` : message,
    type: WORDS[kind].openai,
    param: param ?? null,
    code: kind === 'unauthorized' ? 'invalid_api_key' : code,
  };
}

/** Claude Code acts on these types and wordings: `billing_error` ends its attempts. */
export const anthropicError = (failure: Failure, requestId: string): JsonObject => ({
  type: 'error',
  error: { type: WORDS[failure.kind].anthropic, message: anthropicMessage(failure) },
  request_id: requestId,
});

const TOO_LONG_WORDS = 'prompt is too long';

function anthropicMessage(failure: Failure): string {
  const { kind, message, code, budget } = failure;
  // Claude Code shortens its conversation at this token, or at Anthropic's own words after it.
  if (isTooLong(failure)) {
    const isSaid = message.toLowerCase().includes(TOO_LONG_WORDS);
    const told = isSaid ? message : `${TOO_LONG_WORDS}: ${message}`;
    return `capability_rejected: prompt_too_long (${told})`;
  }
  if (kind === 'overloaded' && code === 'unavailable') {
    return `spend limit unavailable: ${message}`;
  }
  if (!budget) return message;
  if (budget.resetsAt === undefined) return `spend limit reached (${budget.period}) ${message}`;
  const resets = `resets ${minuteText(budget.resetsAt)}`;
  return `spend limit reached (${budget.period}; ${resets}) ${withoutReset(failure)}`;
}
