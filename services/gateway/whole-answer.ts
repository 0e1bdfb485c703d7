import { formatUsd } from '../../domain/money.ts';
import { clientResponse } from '../../domain/gateway/client-tools/client-items.ts';
import type { ProviderAnswer } from '../../domain/gateway/provider-client.ts';
import { reportIn } from '../../domain/gateway/call-usage.ts';
import { unansweredFailure } from '../../domain/gateway/unanswered.ts';
import { finishReasonIn } from '../../domain/provider-usage/finish-reason.ts';
import { cacheSavingOf } from '../../domain/pricing/cache-saving.ts';
import { deliveryOf } from '../../domain/ledger/delivery.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { settleCall, settleLostCall } from './close-call.ts';
import type { ClientAnswer } from './gateway-request.ts';
import { translationFacts } from './translation-facts.ts';
import { parsedObject } from '../../domain/gateway/provider-error.ts';
import { CallFailedError, type GatewayDeps, type OpenCall } from './open-call.ts';
import type { HeldCall } from './reserve-call.ts';

/** Reads a whole answer, settles it, and passes it on. @throws CallFailedError if it breaks off */
export async function answerWhole(
  deps: GatewayDeps,
  open: OpenCall,
  answer: ProviderAnswer,
  client: ClientAnswer,
): Promise<void> {
  const { endpoint, startedMs, hold, request, translation, plain, headers } = open;
  const text = await answer.text().catch(() => undefined);
  const latencyMs = deps.now() - startedMs;
  deps.router.note(endpoint, { kind: text === undefined ? 'failed' : 'ok', latencyMs });
  const { model, region } = endpoint;
  const server = { model, region, latencyMs };
  if (text === undefined) {
    await settleLostCall(deps, request.call, hold.entry, server);
    throw new CallFailedError(unansweredFailure('broken'), headers, { isCharged: true });
  }
  const body = parsedObject(text) ?? {};
  const report = reportIn(body, answer.headers);
  const settled = await settleCall(deps, request.call, hold.entry, {
    usage: { report },
    server,
    finishReason: finishReasonIn(body),
    delivery: deliveryOf({ isWhole: true, isGone: client.isGone() }),
  });
  const translated = translation?.answer(body, translationFacts(open));
  const own = plain ? clientResponse(translated ?? body, plain) : translated;
  const json = own ? JSON.stringify(own) : text;
  client.whole(answer.status, { ...headers, ...costHeaders(settled, hold) }, json);
}

/** Left out where another model served the call, whose prices the reservation does not have. */
function cacheSavingHeader(
  { usage, model, pricedNanoUsd, chargedNanoUsd }: Entry,
  { model: heldModel, rate }: Entry,
): Record<string, string> {
  if (!usage || !rate || model !== heldModel) return {};
  const saved = cacheSavingOf(usage, rate, pricedNanoUsd ?? chargedNanoUsd);
  return saved === undefined ? {} : { 'x-purser-cache-saved-usd': formatUsd(saved) };
}

/** What a settled call cost, what the provider's cache saved on it, and what is left since. */
export function costHeaders(
  settled: Entry | undefined,
  { entry, remainingNanoUsd }: Pick<HeldCall, 'entry' | 'remainingNanoUsd'>,
): Record<string, string> {
  if (!settled) return {};
  const { chargedNanoUsd, amountNanoUsd } = settled;
  const left =
    remainingNanoUsd === undefined ? undefined : remainingNanoUsd + amountNanoUsd - chargedNanoUsd;
  return {
    'x-purser-cost-usd': formatUsd(chargedNanoUsd),
    ...cacheSavingHeader(settled, entry),
    ...(left === undefined ? {} : { 'x-purser-remaining-usd': formatUsd(left) }),
  };
}
