import { memberAt } from '../../domain/gateway/reading.ts';
import type { AnswerFacts } from '../../domain/gateway/translation/facts.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** What a translated answer needs besides the provider's. */
export const translationFacts = ({
  requestId,
  modelName,
  call,
  body,
}: GatewayRequest): AnswerFacts => ({
  id: requestId,
  model: modelName,
  createdAtMs: call.nowMs,
  request: body,
  includesUsage: memberAt(body, 'stream_options.include_usage') === true,
});
