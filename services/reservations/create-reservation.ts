import type { ProblemError } from '../../contracts/problem.ts';
import type { AiRequest } from '../../contracts/ai-request.ts';
import { type Call, isOperators } from '../../domain/access/caller.ts';
import type { Control } from '../../domain/controls/control.ts';
import { balanceNameOf, type BudgetStanding, heldByWallet } from '../../domain/ledger/budget.ts';
import { refusalOf } from '../../domain/ledger/conduct.ts';
import { decideReservation, shortfalls } from '../../domain/ledger/decide-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { untrained } from '../../domain/prediction/predictor-state.ts';
import { admittedOffers } from './admitted-offers.ts';
import { isHeld, isInWallet, type WalletEntry, walletRefOf } from './close-in-wallet.ts';
import { costsDisputed, underdeclared } from './conduct-problems.ts';
import { holdByWallet, holdExactly, type Holding } from './hold-reservation.ts';
import { drawInIdle } from '../budgets/make-room.ts';
import { modelsToPrice } from '../prediction/predict-cost.ts';
import { standingsAhead } from '../budgets/prewarm-wallet.ts';
import { earlierOf, keyConflict, repeated, repeatStale } from './repeat-reservation.ts';
import { type Facts, readFacts } from './reservation-facts.ts';
import { digestOf, identifyReservation } from './reservation-id.ts';
import {
  type Barred,
  entryOf,
  type Rejected,
  reservedBy,
  type Reserved,
  type ReserveDeps,
} from './reservation-outcome.ts';
import { withRetries } from '../retry-conflicts.ts';

/** How often a request is decided anew because others moved money meanwhile. */
const ATTEMPTS = 12;

/**
 * Holds the predicted upper bound of a request against every budget that applies, all or nothing,
 * before the request is made. A cheaper model is taken where the one asked for does not fit, or a
 * control asks for it; a control may also bar the request. The same Idempotency-Key of the same
 * credential answers the same reservation while it is open.
 * @throws ProblemError `unknown-price`, `conflict` (key used with another body, or its reservation is
 *   closed), `unavailable`, `costs-disputed` and `underdeclared` (the conduct of the calling key)
 */
export async function createReservation(
  deps: ReserveDeps,
  call: Call,
  request: AiRequest,
  idempotencyKey: string | undefined,
): Promise<Reserved | Rejected | Barred> {
  const { organizationId, nowMs } = call;
  let identity = identifyReservation(call, idempotencyKey, deps.holdMs / 2, deps.randomBytes);
  const requestDigest = digestOf(request);
  if (identity.stale) return repeatStale(deps, identity, request, requestDigest, nowMs);

  const [predictor, catalog, flags] = await Promise.all([
    deps.predictors.current(organizationId),
    deps.catalogs.current(organizationId),
    deps.flags.current(organizationId),
  ]);
  const principals = { organizationId, ...request };
  const state = flags.isOn('trained-predictor', principals) ? predictor : untrained(predictor);
  const all = modelsToPrice(request, catalog);
  const asked = request.model === undefined ? all : all.slice(0, 1);
  const models = flags.isOn('model-switching', principals) ? all : asked;
  /** An entry of this request that stands and that its wallet does not hold. */
  let placed: WalletEntry | undefined;

  const isThrottled = flags.isOn('throttling', principals);
  const facts = async (some: string[], isFresh: boolean): Promise<Facts> => {
    const { occurredAtMs: atMs, reservationId: entryId } = identity;
    const holder = { userId: request.userId, entryId, wallet: placed && walletRefOf(placed) };
    const known = { state, catalog, atMs };
    const found = await readFacts(deps, call, request, some, known, { isFresh, holder });
    if (isThrottled) return found;
    const isThrottle = ({ restriction }: Control): boolean => restriction.action === 'throttle';
    return { ...found, controls: found.controls.filter((control) => !isThrottle(control)) };
  };

  /** What an entry of the same key says, unless nothing was decided under it. */
  async function earlier(entry: Entry): Promise<Reserved | undefined> {
    if (entry.requestDigest !== requestDigest) throw keyConflict();
    if (await isHeld(deps, entry)) return repeated(deps, entry, request, nowMs);
    if (isInWallet(entry)) placed = entry;
    identity = {
      ...identity,
      reservationId: entry.entryId,
      occurredAtMs: entry.occurredAtMs,
      opaqueKey: undefined,
    };
    return undefined;
  }

  /** An earlier call of the same key may have made the reservation before what bars it now. */
  async function earlierAnswer(): Promise<Reserved | undefined> {
    const before = await earlierOf(deps, call, identity, idempotencyKey);
    return before && earlier(before);
  }

  /** Facts and offers for as many models as the controls and the budgets need. */
  async function offered(isFresh: boolean) {
    const first = await facts(asked, isFresh);
    const admitted = admittedOffers(first, organizationId, request);
    const decision =
      admitted.kind === 'admit' &&
      decideReservation(admitted.offers, first.quoting.quotes[0]?.model);
    const isEnough = !admitted.wantsOthers && decision && decision.kind !== 'reject';
    if (isEnough || models.length === asked.length) return { found: first, admitted };
    const found = await facts(models, isFresh);
    return { found, admitted: admittedOffers(found, organizationId, request) };
  }

  let isCounted = false;
  /** The control whose scope has had its requests of this minute. */
  async function overCounted({ counted }: { counted: Control[] }): Promise<Control | undefined> {
    if (isCounted) return undefined;
    isCounted = true;
    for (const control of counted) {
      if (!(await deps.controls.hasRoom(organizationId, control, nowMs))) return control;
    }
    return undefined;
  }

  return withRetries<Reserved | Rejected | Barred>(deps, async () => {
    let isFresh = false;
    let lastSeen = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const { found, admitted } = await offered(isFresh);
      const unfit = conductProblem(found, call, request);
      if (unfit) {
        const before = await earlierAnswer();
        if (before) return { done: before };
        throw unfit;
      }
      if (admitted.kind === 'refuse') {
        const { control } = admitted;
        return { done: (await earlierAnswer()) ?? { kind: 'barred', control, because: 'control' } };
      }
      const control = await overCounted(admitted.admission);
      if (control) {
        return { done: (await earlierAnswer()) ?? { kind: 'barred', control, because: 'rate' } };
      }
      const { offers } = admitted;
      const decision = decideReservation(offers, found.quoting.quotes[0]?.model);
      const short = shortfalls(offers[0]);
      if (short.length > 0) {
        if (short.some((standing) => !standing.isFresh)) {
          isFresh = true;
          continue;
        }
        if (await drawInIdle(deps, organizationId, short)) continue;
        // Lanes are not read at one instant: only what is seen twice was so in between.
        const seen = lanesSeen(short);
        if (seen !== lastSeen) {
          lastSeen = seen;
          continue;
        }
      }
      if (decision.kind === 'reject') {
        // What leaves no room may be this very request, made by a call whose answer was lost.
        return { done: (await earlierAnswer()) ?? { ...decision, quoting: found.quoting } };
      }

      const { standings } = decision.offer;
      const entry = entryOf(deps, call, request, requestDigest, identity, {
        decision,
        found,
      });
      const { wallet } = found.read;
      const isByWallet = placed ?? heldByWallet(standings.map(({ budget }) => budget));
      let holding: Holding & { placed?: WalletEntry | undefined };
      if (isByWallet && wallet) {
        // What is borrowed ahead may be gone, so a second attempt does without.
        const ahead =
          attempt === 1 ? await standingsAhead(deps, organizationId, standings, wallet, nowMs) : [];
        const wanted = { standings, ahead, wallet };
        holding = await holdByWallet(deps, entry, wanted, placed, identity.opaqueKey);
      } else holding = await holdExactly(deps, entry, standings, identity.opaqueKey);
      placed = holding.placed ?? placed;
      switch (holding.kind) {
        case 'held':
          return {
            done: reservedBy(holding.entry, decision, found.quoting, admitted.admission.control),
          };
        case 'exists': {
          const answer = await earlier(holding.entry);
          if (answer) return { done: answer };
          break;
        }
        case 'key-used': {
          const made = await deps.ledger.getReservation(holding.reservationId);
          if (!made || holding.requestDigest !== requestDigest) throw keyConflict();
          const answer = await earlier(made);
          if (answer) return { done: answer };
          break;
        }
        case 'conflict':
          return 'conflict';
        case 'again':
          break;
      }
      isFresh = true;
    }
    return 'conflict';
  });
}

/** Why the key that asks may not reserve, if its conduct does not allow it. */
function conductProblem(
  { conduct, quoting }: Facts,
  call: Call,
  request: AiRequest,
): ProblemError | undefined {
  if (isOperators(call)) return undefined;
  const { actor } = call;
  const model = quoting.quotes[0]?.model ?? quoting.recommended.model;
  const refusal = refusalOf(conduct, { ...request, model });
  if (refusal === 'disputed') return costsDisputed(actor, conduct.disputedNanoUsd);
  return refusal && underdeclared(actor);
}

/** The lanes of budgets in several lanes as they were read; empty when there is none. */
const lanesSeen = (standings: BudgetStanding[]): string =>
  standings
    .flatMap(({ lanes }) => (lanes.length > 1 ? lanes : []))
    .map(({ ref, balance }) =>
      [balanceNameOf(ref), balance.limitNanoUsd, balance.headroomNanoUsd, balance.borrows].join(),
    )
    .join(' ');
