import type { AiRequest } from '../contracts/ai-request.ts';
import { invalidField, ProblemError } from '../contracts/problem.ts';
import { type BudgetStanding, heldByWallet } from '../domain/ledger/budget.ts';
import {
  decideReservation,
  type Offer,
  type ReservationDecision,
  shortfalls,
} from '../domain/ledger/decide-reservation.ts';
import type { Entry } from '../domain/ledger/entry.ts';
import { scopesOf } from '../domain/scopes.ts';
import type { StandingsReader } from './budget-standings.ts';
import { isHeld, isInWallet, type WalletEntry, walletRefOf } from './close-in-wallet.ts';
import {
  balancesOf,
  holdByWallet,
  type HoldDeps,
  holdExactly,
  type Holding,
  isHolding,
} from './hold-reservation.ts';
import { drawInIdle } from './make-room.ts';
import type { CatalogReader } from './model-catalog.ts';
import { modelsToPrice, type Quoted } from './predict-cost.ts';
import type { PredictorReader } from './predictor-state.ts';
import { type Facts, offersOf, readFacts } from './reservation-facts.ts';
import { digestOf, identifyReservation, type ReservationIdentity } from './reservation-id.ts';
import { withRetries } from './retry-conflicts.ts';

export type ReserveDeps = HoldDeps & {
  standings: StandingsReader;
  predictors: PredictorReader;
  catalogs: CatalogReader;
  holdMs: number;
  /** Makes the random part of an id; of the operating system by default. */
  randomBytes?: ((size: number) => Buffer) | undefined;
};

export type Reserved = {
  kind: 'reserved';
  entry: Entry;
  decision: 'proceed' | 'downgrade';
  warnings: string[];
  /** Budgets as they stand with this reservation in them. */
  standings: BudgetStanding[];
  /** Absent when an earlier call made the reservation. */
  quoting?: Quoted | undefined;
};
export type Rejected = Extract<ReservationDecision, { kind: 'reject' }> & { quoting: Quoted };

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

  const [state, catalog] = await Promise.all([
    deps.predictors.current(organizationId),
    deps.catalogs.current(organizationId),
  ]);
  const known = { state, catalog, atMs: identity.occurredAtMs };
  const models = modelsToPrice(request, catalog);
  const asked = request.model === undefined ? models : models.slice(0, 1);
  /** An entry of this request that stands and that its wallet does not hold. */
  let placed: WalletEntry | undefined;

  const facts = (some: string[], isFresh: boolean): Promise<Facts> =>
    readFacts(deps, organizationId, request, some, known, {
      isFresh,
      holder: {
        userId: request.userId,
        entryId: identity.reservationId,
        wallet: placed && walletRefOf(placed),
      },
    });

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
      const holding: Holding & { placed?: WalletEntry } =
        isByWallet && wallet
          ? await holdByWallet(deps, offered, standings, wallet, placed, identity.opaqueKey)
          : await holdExactly(deps, offered, standings, identity.opaqueKey);
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

function entryOf(
  { holdMs }: ReserveDeps,
  organizationId: string,
  request: AiRequest,
  requestDigest: string,
  { reservationId, occurredAtMs }: ReservationIdentity,
  made: { decision: Extract<ReservationDecision, { offer: Offer }>; found: Facts },
): Entry {
  const { offer } = made.decision;
  const { quoting } = made.found;
  const quote = quoting.quotes.find(({ model }) => model === offer.model);
  if (!quote) throw new Error(`no quote for ${offer.model}`);
  const isReleasedAtExpiry =
    offer.standings.length > 0 &&
    offer.standings.every(({ budget }) => budget.onExpiry === 'release');
  return {
    entryId: reservationId,
    kind: 'reservation',
    organizationId,
    userId: request.userId,
    departmentId: request.departmentId,
    system: request.system,
    operation: request.operation,
    model: offer.model,
    region: request.region,
    tags: request.tags,
    state: 'reserved',
    amountNanoUsd: offer.amountNanoUsd,
    chargedNanoUsd: 0n,
    balances: balancesOf(offer.standings),
    occurredAtMs,
    expiresAtMs: occurredAtMs + holdMs,
    ...(isReleasedAtExpiry ? { isReleasedAtExpiry } : {}),
    version: 1,
    requestDigest,
    rate: quote.rate,
    prediction: {
      expectedCostNanoUsd: quote.expectedCostNanoUsd,
      inputTokens: quote.inputTokens,
      expectedOutputTokens: quote.expectedOutputTokens,
      maxOutputTokens: quoting.maxOutputTokens,
      predictorVersion: quoting.predictorVersion,
    },
  };
}

function reservedBy(
  entry: Entry,
  decision: Extract<ReservationDecision, { offer: Offer }>,
  quoting: Quoted,
): Reserved {
  const { amountNanoUsd } = entry;
  return {
    kind: 'reserved',
    entry,
    decision: decision.kind,
    warnings: decision.warnings,
    standings: decision.offer.standings.map(({ balance, ...standing }) => ({
      ...standing,
      balance: {
        ...balance,
        headroomNanoUsd: balance.headroomNanoUsd - amountNanoUsd,
        reservedNanoUsd: balance.reservedNanoUsd + amountNanoUsd,
      },
    })),
    quoting,
  };
}

/** The reservation that an earlier call of the same key has made, if any. */
async function earlierOf(
  { ledger }: ReserveDeps,
  organizationId: string,
  { reservationId, opaqueKey }: ReservationIdentity,
  idempotencyKey: string | undefined,
): Promise<Entry | undefined> {
  if (idempotencyKey === undefined) return undefined;
  if (opaqueKey === undefined) return ledger.getReservation(reservationId);
  return ledger.getReservationOfKey(organizationId, opaqueKey);
}

/** The reservation that an earlier call of the same key made, with its budgets as they stand now. */
async function repeated(
  { standings }: ReserveDeps,
  entry: Entry,
  request: AiRequest,
): Promise<Reserved> {
  if (entry.state === 'voided') {
    throw new ProblemError(
      'conflict',
      'the reservation of this Idempotency-Key was voided and holds no money: make a new key',
      { errors: [{ field: 'Idempotency-Key', message: 'is of a voided reservation' }] },
    );
  }
  const refs = scopesOf(entry);
  const read = await standings.read(entry.organizationId, refs, entry.occurredAtMs, {
    holder: { ...entry, wallet: isInWallet(entry) ? walletRefOf(entry) : undefined },
  });
  return {
    kind: 'reserved',
    entry,
    decision: (request.model ?? entry.model) === entry.model ? 'proceed' : 'downgrade',
    warnings: [],
    standings: read.of(refs).filter((standing) => isHolding(entry, standing)),
  };
}

async function repeatStale(
  deps: ReserveDeps,
  { reservationId }: ReservationIdentity,
  request: AiRequest,
  requestDigest: string,
): Promise<Reserved> {
  const entry = await deps.ledger.getReservation(reservationId);
  if (entry && entry.requestDigest !== requestDigest) throw keyConflict();
  if (entry && (await isHeld(deps, entry))) return repeated(deps, entry, request);
  throw invalidField(
    'Idempotency-Key',
    'is a UUIDv7 whose time is too far from now: make a new key for a new request',
  );
}

const keyConflict = (): ProblemError =>
  new ProblemError('conflict', 'this Idempotency-Key was used with another request', {
    errors: [{ field: 'Idempotency-Key', message: 'was used with another request' }],
  });
