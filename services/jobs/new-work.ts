import type * as z from 'zod';
import type { AiRequest } from '../../contracts/ai-request.ts';
import type { jobRequest } from '../../contracts/job-message.ts';
import { readingOf } from '../../domain/gateway/reading.ts';
import { conversePrompt } from '../../domain/prompts/templates/converse-prompt.ts';
import { SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import type { GatewayRequest } from '../gateway/gateway-request.ts';

/** What a job is to do, with its text. */
export type Work = z.output<typeof jobRequest>;
/** The same as an AI request, by which it is priced and placed. */
export type NewWork = { work: Work; request: AiRequest };

type Sent = Pick<
  GatewayRequest,
  'payer' | 'body' | 'isLimitedAsPredicted' | 'marksPrompts' | 'cache' | 'shortening'
> & { modelName: string | undefined };

/** A call of a model, by a body of Bedrock Converse. */
export function callWork({
  modelName,
  payer,
  body,
  isLimitedAsPredicted,
  marksPrompts,
  cache,
  shortening,
}: Sent): NewWork {
  const { messages, maxOutputTokens, furtherInput } = readingOf('converse', body);
  const request: AiRequest = {
    ...payer,
    model: modelName,
    messages,
    maxOutputTokens,
    furtherInput,
    // The gateway finds an endpoint for a model that was named; others must speak its API.
    ...(modelName === undefined ? { apis: SERVING_APIS.converse } : {}),
  };
  const work: Work = {
    kind: 'call',
    modelName: modelName ?? '',
    payer,
    body,
    isLimitedAsPredicted,
    marksPrompts,
    cache,
    shortening,
  };
  return { work, request };
}

/**
 * What becomes of an AI request that asked for money and has to wait. With its text Purser makes the
 * call; what it cannot make is held for the caller.
 */
export function workOfRequest(request: AiRequest): NewWork {
  const { model, prompt, messages, maxOutputTokens, inputTokens: _, ...payer } = request;
  const turns =
    messages ?? (prompt === undefined ? undefined : [{ role: 'user', content: prompt }]);
  const isPlain = request.images === undefined && request.units === undefined;
  if (!turns || !isPlain || turns.some(({ role }) => role === 'tool')) {
    return { work: { kind: 'reservation', request }, request };
  }
  return callWork({
    modelName: model,
    payer,
    body: {
      ...conversePrompt(turns),
      ...(maxOutputTokens === undefined ? {} : { inferenceConfig: { maxTokens: maxOutputTokens } }),
    },
    isLimitedAsPredicted: false,
    marksPrompts: false,
  });
}
