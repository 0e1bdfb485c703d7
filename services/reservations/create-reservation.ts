import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { Control } from '../../domain/controls/control.ts';
import { adopting, type Attempt, firstAttempt } from '../../domain/ledger/attempt.ts';
import type { Refusal } from '../../domain/ledger/next-step.ts';
import { costsDisputed, underdeclared } from './conduct-problems.ts';
import { earlierOf, repeatedAnswer, repeatStale, standingOf } from './repeat-reservation.ts';
import { type Facts, modelsLeftOut, readAhead } from './reservation-facts.ts';
import { digestOf, identifyReservation } from './reservation-id.ts';
import { orderOf } from './reservation-order.ts';
import {
  type Barred,
  countDecision,
  type Rejected,
  type Reserved,
  type ReserveDeps,
} from './reservation-outcome.ts';
import { reserveBySteps } from './reserve-by-steps.ts';

/**
 * Holds a request's predicted upper bound against every applicable budget, all or nothing, before
 * the request runs. Uses a cheaper model if the requested one does not fit or a control demands it;
 * a control may also refuse the request. Repeating an Idempotency-Key with the same credential
 * returns the same reservation while it is open. `nextStep` decides and `reserveBySteps` executes
 * its steps; this function handles repeated keys.
 * @throws ServiceError `unknown-price`, `conflict` (key used with another body, or its reservation
 *   is closed), `unavailable`, `costs-disputed` and `underdeclared` (the conduct of the calling
 *   key)
 */
export async function createReservation(
  deps: ReserveDeps,
  call: Call,
  request: AiRequest,
  idempotencyKey: string | undefined,
): Promise<Outcome> {
  const outcome = await decide(deps, call, request, idempotencyKey);
  countDecision(deps, outcome);
  return outcome;
}

type Outcome = Reserved | Rejected | Barred;

async function decide(
  deps: ReserveDeps,
  call: Call,
  request: AiRequest,
  idempotencyKey: string | undefined,
): Promise<Outcome> {
  const acceptedAgeMs = deps.holdMs / 2;
  const { stale, ...identity } = identifyReservation(
    call,
    idempotencyKey,
    acceptedAgeMs,
    deps.randomBytes,
  );
  const asked = { call, request, requestDigest: digestOf(request) };
  if (stale) return repeatStale(deps, asked, identity.reservationId);
  const [order, ahead, hashes] = await Promise.all([
    orderOf(deps, asked),
    readAhead(deps, asked, identity),
    deps.prompts.hashesOf(call.organizationId, request),
  ]);
  let attempt: Attempt<Control> = firstAttempt(identity);
  for (;;) {
    const end = await reserveBySteps(deps, { ...order, ahead, hashes }, attempt);
    if (end.kind === 'reserved') {
      deps.openEntries.remember(end.entry);
      return end;
    }
    if (end.kind === 'refused') {
      // This request may be refused because of its own earlier call, whose answer was lost.
      const earlier = await earlierOf(deps, call, end.attempt.identity, idempotencyKey);
      const answer = earlier && (await repeatedAnswer(deps, asked, earlier));
      return answer ?? refusalAnswer(end.refusal, end.facts, call);
    }
    const standing = await standingOf(deps, asked, end.standing);
    const answer = await repeatedAnswer(deps, asked, standing);
    if (answer) return answer;
    // Nothing was decided for the existing entry, so this call continues with it.
    attempt = adopting(end.attempt, standing);
  }
}

/** @throws ServiceError `costs-disputed` or `underdeclared`, if the key's conduct is the reason */
function refusalAnswer(
  refusal: Refusal<Control>,
  facts: Facts,
  { actor }: Call,
): Rejected | Barred {
  switch (refusal.because) {
    case 'conduct':
      throw refusal.refusal === 'disputed'
        ? costsDisputed(actor, facts.conduct.disputedNanoUsd)
        : underdeclared(actor);
    case 'control':
    case 'rate':
      return { kind: 'barred', control: refusal.control, because: refusal.because };
    case 'budget':
      return { ...refusal.rejection, quoteSet: facts.quoteSet, leftOut: modelsLeftOut(facts) };
  }
}
