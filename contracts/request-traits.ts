import * as z from 'zod';
import { CALL_STATUSES, FINISH_REASONS, URGENCIES } from '../domain/ledger/request-traits.ts';
import { FINISH_WORDS, finishReasonOf } from '../domain/provider-usage/finish-reason.ts';
import { milliseconds, share, tokenCount } from './fields.ts';

/** As SHA-256 is written, in hexadecimal or any base64; shorter hashes cost less to store. */
const hash = z
  .string()
  .max(64, 'must have at most 64 characters')
  .regex(
    /^[A-Za-z0-9+/=_-]{8,64}$/,
    'must be a hash of 8 to 64 letters, digits and + / = _ -, never the text itself',
  );

const promptHash = hash.meta({
  description:
    'Stands for the whole prompt: equal prompts have equal hashes. Make it with a secret key (HMAC), so that nobody can guess a short prompt from it. Purser makes one itself from prompt, messages and calls through the gateway',
  example: '3q2-7wAAAAAbN1xL',
});

const prefix = z
  .strictObject({
    hash,
    tokens: tokenCount.min(1, 'must be at least 1').meta({ description: 'Its length' }),
  })
  .meta({
    description:
      'The longest part at the beginning of the prompt that stays the same between requests: instructions and tools',
  });

const urgency = z.enum(URGENCIES).meta({
  description: 'interactive: somebody waits for the answer. deferred: it may take hours',
});

const attempt = z
  .int('must be a whole number')
  .min(1, 'must be from 1 to 100')
  .max(100, 'must be from 1 to 100')
  .meta({
    description: '1 for the first call, 2 or more if it is made again for want of a usable answer',
  });

/** What is known of a request when it is made. */
export const requestTraits = {
  urgency: urgency.optional(),
  attempt: attempt.optional(),
  promptHash: promptHash.optional(),
  prefix: prefix.optional(),
};

const status = z.enum(CALL_STATUSES).meta({
  description:
    'completed, incomplete (the answer was cut, by a limit or a filter) or failed. Default: as finishReason and delivery tell',
});

const NO_REASON = `must be one of ${FINISH_WORDS.join(', ')}, or be left out`;
const finishReason = z
  .string()
  .max(40, NO_REASON)
  .transform((word, context) => {
    const reason = finishReasonOf(word);
    if (reason) return reason;
    context.addIssue({ code: 'custom', message: NO_REASON });
    return z.NEVER;
  })
  .meta({
    description: `Why the model stopped, in the word of its provider; kept as ${FINISH_REASONS.join(', ')}. Default: as a whole response in providerUsage says`,
    example: 'end_turn',
  });

const isCacheHit = z.boolean().meta({
  description:
    'true: a cache of your own answered, and no provider was called. It counts as a request that used no tokens and cost nothing',
});

/** What is known of a request when it has ended. */
export const answerTraits = {
  latencyMs: milliseconds.optional(),
  quality: share.optional().meta({ description: 'How good the answer was, from 0 to 1' }),
  status: status.optional(),
  finishReason: finishReason.optional(),
  cacheHit: isCacheHit.optional(),
};

/** The same in responses. */
export const requestTraitViews = {
  urgency: z.enum(URGENCIES).optional(),
  attempt: z.int().optional(),
  promptHash: z.string().optional(),
  prefix: z.object({ hash: z.string(), tokens: z.int() }).optional(),
  latencyMs: z.number().optional(),
  quality: z.number().optional(),
  status: z.enum(CALL_STATUSES).optional().meta({
    description: 'incomplete: the answer was cut, by a limit or a filter. Omitted if nobody said',
  }),
  finishReason: z.enum(FINISH_REASONS).optional(),
  cacheHit: z.boolean().optional().meta({
    description: "true if a cache of the caller's own or of the gateway answered",
  }),
};
