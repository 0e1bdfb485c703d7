import type { BudgetStanding } from '../ledger/budget.ts';
import type { NanoUsd } from '../money.ts';
import { tightestOf } from './budget-headers.ts';
import type { RequestHeaders } from './client-identity.ts';
import type { Envelope } from './envelopes.ts';
import { type Failure, withoutReset } from './failure.ts';

/*
 * What Codex shows its user of a limit. It tells nothing but "Quota exceeded" of OpenAI's own refusal,
 * and repeats a request after every other status (seen with Codex 0.171; openai/codex
 * codex-rs/codex-api/src/api_bridge.rs and rate_limits.rs, protocol/src/error.rs).
 */

export const isCodex = (headers: RequestHeaders): boolean =>
  /^codex/i.test(headers['originator'] ?? '');

/** Codex reads a header only if all of it is printable ASCII. */
const printable = (text: string): string => text.replaceAll(/[^ -~]/g, '?');

const ADVICE = 'Ask your operator for more';

/** The body of a provider's own error is its text. */
type AnyEnvelope = Omit<Envelope, 'body'> & { body: Envelope['body'] | string };

/** Codex repeats a request after 429 only if it is told when. */
const RETRY_AFTER_SECONDS = '2';

/**
 * An error in the form that Codex shows best. A spent budget shows its reason: You've hit your usage
 * limit. <what the header says>, or try again at <time>. Codex does not repeat that request. It repeats
 * one that a provider throttles.
 */
export function codexError(envelope: AnyEnvelope, failure: Failure): AnyEnvelope {
  const { headers, body } = envelope;
  if (failure.kind === 'rate') {
    return { ...envelope, headers: { 'retry-after': RETRY_AFTER_SECONDS, ...headers } };
  }
  if (failure.kind !== 'budget' || typeof body === 'string') return envelope;
  const { resetsAt } = failure.budget ?? {};
  const resets =
    resetsAt === undefined ? {} : { resets_at: Math.floor(Date.parse(resetsAt) / 1_000) };
  const { error, ...rest } = body;
  return {
    ...envelope,
    headers: {
      ...headers,
      'x-codex-promo-message': printable(`${withoutReset(failure)} ${ADVICE}`),
    },
    body: { ...rest, error: { ...(error as object), type: 'usage_limit_reached', ...resets } },
  };
}

const MINUTE_MS = 60_000;

/** How much of the tightest budget is used. Codex warns from three quarters on, and in `/status`. */
export function codexBudgetHeaders(
  standings: readonly BudgetStanding[],
  ownNanoUsd: NanoUsd,
): Record<string, string> {
  const tightest = tightestOf(standings, ownNanoUsd);
  if (!tightest) return {};
  const { standing, usedShare } = tightest;
  const { startsAtMs, endsAtMs } = standing.span;
  const prefix = 'x-codex-primary';
  return {
    [`${prefix}-used-percent`]: (usedShare * 100).toFixed(2),
    ...(Number.isFinite(endsAtMs)
      ? {
          [`${prefix}-window-minutes`]: String(Math.round((endsAtMs - startsAtMs) / MINUTE_MS)),
          [`${prefix}-reset-at`]: String(Math.ceil(endsAtMs / 1_000)),
        }
      : {}),
  };
}
