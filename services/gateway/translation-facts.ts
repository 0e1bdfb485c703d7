import { memberAt } from '../../domain/gateway/reading.ts';
import type { AnswerFacts } from '../../domain/gateway/translation/facts.ts';
import type { OpenCall } from './open-call.ts';

/** What a translated answer needs besides the provider's. */
export const translationFacts = ({
  request: { requestId, modelName, call, body },
  plain,
}: Pick<OpenCall, 'request' | 'plain'>): AnswerFacts => ({
  id: requestId,
  model: modelName,
  createdAtMs: call.nowMs,
  request: plain?.body ?? body,
  includesUsage: memberAt(body, 'stream_options.include_usage') === true,
});
