/** Whether somebody waits for the answer, or it may take hours. */
export const URGENCIES = ['interactive', 'deferred'] as const;
export type Urgency = (typeof URGENCIES)[number];

/**
 * The longest part of a prompt that stays the same between requests: instructions and tools. `hash`
 * stands for its text, which is not kept.
 */
export type PromptPrefix = { hash: string; tokens: number };

/** What is known of a request when it is made, besides who pays and what decides its price. */
export type RequestTraits = {
  urgency?: Urgency | undefined;
  /** 2 or more: the caller makes a call again that got no usable answer. */
  attempt?: number | undefined;
  /** Stands for the whole prompt: requests with equal hashes have the same prompt. */
  promptHash?: string | undefined;
  prefix?: PromptPrefix | undefined;
};

/** The traits of a request, or `undefined` if it tells none. */
export function traitsOf({
  urgency,
  attempt,
  promptHash,
  prefix,
}: RequestTraits): RequestTraits | undefined {
  const traits = { urgency, attempt, promptHash, prefix };
  return isEmpty(traits) ? undefined : traits;
}

/**
 * How a call ended, in the words of OpenAI's Responses. `incomplete`: the answer was cut, by a limit
 * or a filter. `failed`: no answer came, or it broke off.
 */
export const CALL_STATUSES = ['completed', 'incomplete', 'failed'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Why the model stopped, in the words of OpenAI's Chat Completions, and `error`. */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter', 'error'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** What is known of a request's answer, besides its usage, quality and latency. */
export type AnswerTraits = {
  status?: CallStatus | undefined;
  finishReason?: FinishReason | undefined;
  /** A cache of the caller's own answered, so that no provider was called. */
  isCacheHit?: true | undefined;
  /** The part of `outputTokens` that was reasoning. A statistic: it has no price of its own. */
  reasoningOutputTokens?: number | undefined;
};

const STATUS_OF: Readonly<Record<FinishReason, CallStatus>> = {
  stop: 'completed',
  tool_calls: 'completed',
  length: 'incomplete',
  content_filter: 'incomplete',
  error: 'failed',
};

/**
 * What is known of an answer, or `undefined` if nothing is. Without a status, the delivery or the
 * reason why the model stopped tells it.
 */
export function answerOf({
  status,
  finishReason,
  cacheHit,
  reasoningOutputTokens,
  delivery,
}: Omit<AnswerTraits, 'isCacheHit'> & {
  cacheHit?: boolean | undefined;
  delivery?: 'drained' | 'failed' | undefined;
}): AnswerTraits | undefined {
  const told = delivery === 'failed' ? 'failed' : finishReason && STATUS_OF[finishReason];
  const answer = {
    status: status ?? told,
    finishReason,
    isCacheHit: cacheHit === true ? (true as const) : undefined,
    reasoningOutputTokens: reasoningOutputTokens === 0 ? undefined : reasoningOutputTokens,
  };
  return isEmpty(answer) ? undefined : answer;
}

const isEmpty = (facts: object): boolean =>
  Object.values(facts).every((value) => value === undefined);
