import type { AnswerTraits, RequestTraits } from '../../domain/ledger/request-traits.ts';
import { flag, letters, mapped, number, optional, text } from './attributes.ts';
import { row } from './fields.ts';

const traits = row({
  urgency: optional(letters({ interactive: 'I', deferred: 'D' })),
  attempt: optional(number),
  promptHash: optional(text),
  prefixHash: optional(text),
  prefixTokens: optional(number),
});

/** The traits of a request. A list, because names of attributes cost more than their values. */
export const traitsRow = mapped(
  traits,
  ({ prefixHash, prefixTokens, ...others }): RequestTraits => ({
    ...others,
    prefix:
      prefixHash === undefined || prefixTokens === undefined
        ? undefined
        : { hash: prefixHash, tokens: prefixTokens },
  }),
  ({ prefix, ...others }: RequestTraits) => ({
    ...others,
    prefixHash: prefix?.hash,
    prefixTokens: prefix?.tokens,
  }),
);

const answer = row({
  status: optional(letters({ completed: 'C', incomplete: 'I', failed: 'F' })),
  finishReason: optional(
    letters({ stop: 'S', length: 'L', tool_calls: 'T', content_filter: 'C', error: 'E' }),
  ),
  isCacheHit: optional(flag),
  reasoningOutputTokens: optional(number),
});

/** What is known of a request's answer. */
export const answerRow = mapped(
  answer,
  ({ isCacheHit, ...others }): AnswerTraits => ({
    ...others,
    isCacheHit: isCacheHit === true ? isCacheHit : undefined,
  }),
  (facts: AnswerTraits) => facts,
);
