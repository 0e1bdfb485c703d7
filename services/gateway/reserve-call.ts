import type { AiRequest } from '../../contracts/ai-request.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { outputTokensFor } from '../../domain/gateway/output-limit.ts';
import { SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import { promptPartsOf } from '../../domain/gateway/prompt-parts.ts';
import type { Reading } from '../../domain/gateway/reading.ts';
import { quantileOf } from '../../domain/prediction/output-histogram.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { remainingOf } from '../../domain/ledger/decide-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { conflict } from '../errors.ts';
import { createReservation } from '../reservations/create-reservation.ts';
import { refusalOf } from '../reservations/refusals.ts';
import type { Reserved, ReserveDeps } from '../reservations/reservation-outcome.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** A call whose money is held. */
export type HeldCall = {
  entry: Entry;
  decision: Reserved['decision'];
  /** The most output tokens that the hold pays for. */
  maxOutputTokens: number;
  /** The smallest amount that is left in a budget that applies; `undefined` if none does. */
  remainingNanoUsd: NanoUsd | undefined;
  standings: readonly BudgetStanding[];
};

type CallTerms = {
  reading: Reading;
  model: string;
  region: string | undefined;
  servingRegion: string | undefined;
};

/** The part of outputs that stay below the limit that a client may ask for (`npm run bench -- quota`). */
const RARELY_EXCEEDED = 0.999;

/**
 * Holds the money of a call in every budget that applies.
 * @param model the model as Purser prices it
 * @param region where the call costs the most
 * @param servingRegion where it will be served if nothing fails
 * @throws ServiceError if it is refused, and `conflict` if this key's call was already made
 */
export async function reserveCall(
  deps: ReserveDeps,
  { call, wire, body, payer, idempotencyKey, isLimitedAsPredicted }: GatewayRequest,
  { reading, model, region, servingRegion }: CallTerms,
): Promise<HeldCall> {
  const request: AiRequest = {
    ...payer,
    model,
    region: payer.region ?? region,
    messages: reading.messages,
    maxOutputTokens: reading.maxOutputTokens,
    furtherInput: reading.furtherInput,
    cacheLife: reading.cacheLife,
    cacheShare: reading.cacheShare,
    promptParts: () => promptPartsOf(wire.api, body),
    servingRegion,
    apis: SERVING_APIS[wire.api],
    holdsMaximum: true,
  };
  const outcome = await createReservation(deps, call, request, idempotencyKey);
  if (outcome.kind !== 'reserved') {
    throw refusalOf(outcome, { nowMs: call.nowMs, holdMs: deps.holdMs, severity: undefined });
  }
  const { entry, decision, standings, quoteSet } = outcome;
  const quote = quoteSet?.quotes.find((each) => each.model === entry.model);
  if (!quote || !entry.rate) {
    throw conflict('This Idempotency-Key made a request before. Send a new key.');
  }
  const predicted = Math.ceil(quantileOf(quote.output, RARELY_EXCEEDED));
  return {
    entry,
    decision,
    maxOutputTokens: outputTokensFor(entry.amountNanoUsd, {
      rate: entry.rate,
      input: quote.upperInput,
      most: isLimitedAsPredicted
        ? Math.min(predicted, quote.maxOutputTokens)
        : quote.maxOutputTokens,
    }),
    remainingNanoUsd: remainingOf(standings),
    standings,
  };
}
