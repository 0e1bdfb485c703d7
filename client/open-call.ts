import { type CallUsage, usageOf } from '../domain/gateway/call-usage.ts';
import type { Unanswered } from '../domain/gateway/unanswered.ts';
import type { Metered } from '../domain/gateway/usage-meter.ts';
import { mayBeBilled } from '../domain/routing/retry.ts';
import type { AiRequest, Purser, Settlement } from './purser.ts';

/** Why an attempt got no answer: the status of a refusal, or none. */
export type Fault = { status: number } | { lost: Unanswered };

export type OpenCall = Awaited<ReturnType<typeof openCall>>;

const NOTHING: Metered = { outputCharacters: 0 };

/**
 * Reserves the money of one call, however often an SDK attempts it. The call is closed once: settled
 * at what its answer reports and what lost attempts may be billed for, or released if no attempt may
 * be billed. If Purser cannot close it, the money stays held and is presumed spent when the hold ends.
 * @throws PurserError if a budget does not allow the call
 */
export async function openCall(purser: Purser, request: AiRequest) {
  const { reservationId, model, prediction } = await purser.reserve(request);
  const startedMs = performance.now();
  const lost: CallUsage[] = [];
  let closing: Promise<void> | undefined;

  const close = (send: () => Promise<unknown>): Promise<void> =>
    (closing ??= send().then(
      () => undefined,
      (error: unknown) => purser.onUnsettled(reservationId, error),
    ));
  const settle = (usages: readonly CallUsage[], finishReason?: string): Promise<void> =>
    close(() =>
      purser.settle(reservationId, {
        ...settlementOf(usages),
        ...(finishReason === undefined ? {} : { finishReason }),
        latencyMs: Math.round(performance.now() - startedMs),
      }),
    );

  return {
    reservationId,
    /** The model that is paid for. */
    model,
    /** Takes note of an attempt that got no answer. */
    noteFailed(fault: Fault): void {
      if (mayBeBilled(fault)) lost.push(usageOf(NOTHING, prediction));
    },
    /** Settles at what an answer reports, or else at what arrived of it. */
    settle: (metered: Metered): Promise<void> =>
      settle([...lost, usageOf(metered, prediction)], metered.finishReason),
    /** Closes the call after its last attempt failed. */
    end: (): Promise<void> =>
      lost.length === 0 ? close(() => purser.void(reservationId)) : settle(lost),
  };
}

function settlementOf(usages: readonly CallUsage[]): Settlement {
  const parts = usages.map((usage) =>
    'report' in usage
      ? { providerUsage: { ...usage.report } }
      : { usage: { ...usage.counts, cacheReadTokens: 0, cacheWriteTokens: 0 } },
  );
  const [first, ...others] = parts;
  return {
    ...(others.length === 0 ? first : { parts }),
    ...(usages.every((usage) => 'report' in usage) ? {} : { delivery: 'failed' as const }),
  };
}

/** Codes of Node.js for connections that were never made. A browser does not tell. */
const UNCONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Why a call got no answer. An error of unknown origin may have come after the provider got it. */
export function lostBy(error: unknown): Unanswered {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (UNCONNECTED.has(code)) return 'unconnected';
  return cause === undefined ? 'broken' : lostBy(cause);
}
