import type { OrganizationCall } from '../../domain/access/caller.ts';
import { withoutFlags } from '../../domain/gateway/bridge.ts';
import { readingOf } from '../../domain/gateway/reading.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import { inputCounter } from '../prediction/count-input-tokens.ts';
import type { SendDeps } from './send-call.ts';

/**
 * Counts the input tokens of a request in Anthropic's format: by the provider, which is exact and
 * free, or by Purser's own estimate if no provider can. No budget ever refuses it.
 */
export async function countCallTokens(
  { router, providerOf }: SendDeps,
  call: OrganizationCall,
  { model, headers, body }: { model: string; headers: Record<string, string>; body: JsonObject },
): Promise<number> {
  const plan = await router.plan(call, { model, apis: ['messages', 'converse'] });
  const endpoint = plan.ok ? plan.endpoints[0] : undefined;
  if (endpoint) {
    const { upstreamModel, region = '' } = endpoint;
    const provider = await providerOf(endpoint);
    const count = await provider
      .countTokens?.({ model: upstreamModel, region, body: withoutFlags({ headers, body }).body })
      .catch(() => undefined);
    if (count !== undefined) return count;
  }
  const { messages, furtherInput } = readingOf('messages', body);
  const count = inputCounter({ system: '', userId: '', messages, furtherInput });
  return count(endpoint?.model ?? model).tokens;
}
