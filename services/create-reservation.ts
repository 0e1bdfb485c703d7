import type { AiRequest } from '../contracts/ai-request.ts';
import { balanceNameOf, type BudgetStanding, heldByWallet } from '../domain/ledger/budget.ts';
import { decideReservation, shortfalls } from '../domain/ledger/decide-reservation.ts';
import type { Entry } from '../domain/ledger/entry.ts';
import { untrained } from '../domain/prediction/predictor-state.ts';
import { isHeld, isInWallet, type WalletEntry, walletRefOf } from './close-in-wallet.ts';
import { holdByWallet, holdExactly, type Holding } from './hold-reservation.ts';
import { drawInIdle } from './make-room.ts';
import { modelsToPrice } from './predict-cost.ts';
import { standingsAhead } from './prewarm-wallet.ts';
import { earlierOf, keyConflict, repeated, repeatStale } from './repeat-reservation.ts';
import { type Facts, offersOf, readFacts } from './reservation-facts.ts';
import { digestOf, identifyReservation } from './reservation-id.ts';
import {
  entryOf,
  type Rejected,
  reservedBy,
  type Reserved,
  type ReserveDeps,
} from './reservation-outcome.ts';
import { withRetries } from './retry-conflicts.ts';

/** How often a request is decided anew because others moved money meanwhile. */
const ATTEMPTS = 12;

/**
 * Holds the predicted upper bound of a request against every budget that applies, all or nothing,
 * before the request is made. A cheaper model is taken where the one asked for does not fit. The same
 * Idempotency-Key answers the same reservation.
 * @throws ProblemError `unknown-price`, `conflict` (key used with another body), `unavailable`
 */
export async function createReservation(
  deps: ReserveDeps,
  organizationId: string,
  request: AiRequest,
  idempotencyKey: string | undefined,
  nowMs: number,
): Promise<Reserved | Rejected> {
  let identity = identifyReservation(
    organizationId,
    idempotencyKey,
    nowMs,
    deps.holdMs / 2,
    deps.randomBytes,
  );
  const requestDigest = digestOf(request);
  if (identity.stale) return repeatStale(deps, identity, request, requestDigest);

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

  const facts = (some: string[], isFresh: boolean): Promise<Facts> => {
    const { occurredAtMs: atMs, reservationId: entryId } = identity;
    const holder = { userId: request.userId, entryId, wallet: placed && walletRefOf(placed) };
    const known = { state, catalog, atMs };
    return readFacts(deps, organizationId, request, some, known, { isFresh, holder });
  };

  /** What an entry of the same key says, unless nothing was decided under it. */
  async function earlier(entry: Entry): Promise<Reserved | undefined> {
    if (entry.requestDigest !== requestDigest) throw keyConflict();
    if (await isHeld(deps, entry)) return repeated(deps, entry, request);
    if (isInWallet(entry)) placed = entry;
    identity = {
      ...identity,
      reservationId: entry.entryId,
      occurredAtMs: entry.occurredAtMs,
      opaqueKey: undefined,
    };
    return undefined;
  }

  return withRetries<Reserved | Rejected>(deps, async () => {
    let isFresh = false;
    let lastSeen = '';
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      let found = await facts(asked, isFresh);
      let offers = offersOf(found, organizationId, request);
      let decision = decideReservation(offers);
      if (decision.kind === 'reject' && models.length > asked.length) {
        found = await facts(models, isFresh);
        offers = offersOf(found, organizationId, request);
        decision = decideReservation(offers);
      }
      if (decision.kind !== 'proceed') {
        const short = shortfalls(offers[0]);
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
        const before = await earlierOf(deps, organizationId, identity, idempotencyKey);
        const answer = before && (await earlier(before));
        return { done: answer ?? { ...decision, quoting: found.quoting } };
      }

      const { standings } = decision.offer;
      const offered = entryOf(deps, organizationId, request, requestDigest, identity, {
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
        holding = await holdByWallet(deps, offered, wanted, placed, identity.opaqueKey);
      } else holding = await holdExactly(deps, offered, standings, identity.opaqueKey);
      placed = holding.placed ?? placed;
      switch (holding.kind) {
        case 'held':
          return { done: reservedBy(holding.entry, decision, found.quoting) };
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

/** The lanes of budgets in several lanes as they were read; empty when there is none. */
const lanesSeen = (standings: BudgetStanding[]): string =>
  standings
    .flatMap(({ lanes }) => (lanes.length > 1 ? lanes : []))
    .map(({ ref, balance }) =>
      [balanceNameOf(ref), balance.limitNanoUsd, balance.headroomNanoUsd, balance.borrows].join(),
    )
    .join(' ');
