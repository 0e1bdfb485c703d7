import type { AiRequest } from '../contracts/ai-request.ts';
import { invalidField, ProblemError } from '../contracts/problem.ts';
import { balanceNameOf, balanceRefAt, type BudgetStanding } from '../domain/ledger/budget.ts';
import {
  decideReservation,
  type Offer,
  type ReservationDecision,
} from '../domain/ledger/decide-reservation.ts';
import { type Entry, reservationChange } from '../domain/ledger/entry.ts';
import { scopesOf } from '../domain/scopes.ts';
import type { LedgerStore } from '../tables/ledger.ts';
import type { StandingsReader } from './budget-standings.ts';
import type { CatalogReader } from './model-catalog.ts';
import { modelsToPrice, type Quoted } from './predict-cost.ts';
import type { PredictorReader } from './predictor-state.ts';
import { type Facts, offersOf, readFacts } from './reservation-facts.ts';
import { digestOf, identifyReservation, type ReservationIdentity } from './reservation-id.ts';
import { type RetryDeps, withRetries } from './retry-conflicts.ts';

export type ReserveDeps = RetryDeps & {
  ledger: LedgerStore;
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
  const identity = identifyReservation(
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
  const facts = (models: string[]): Promise<Facts> =>
    readFacts(deps, organizationId, request, models, known);
  const models = modelsToPrice(request, catalog);
  const asked = request.model === undefined ? models : models.slice(0, 1);

  return withRetries<Reserved | Rejected>(deps, async () => {
    for (let attempt = 1; ; attempt += 1) {
      let found = await facts(asked);
      let decision = decideReservation(offersOf(found, organizationId, request));
      if (decision.kind === 'reject' && models.length > asked.length) {
        found = await facts(models);
        decision = decideReservation(offersOf(found, organizationId, request));
      }
      if (decision.kind === 'reject') {
        // What leaves no room may be this very request, made by a call whose answer was lost.
        const earlier = await earlierOf(deps, organizationId, identity, idempotencyKey);
        if (earlier) return { done: await repeated(deps, earlier, request, requestDigest) };
        return { done: { ...decision, quoting: found.quoting } };
      }

      const entry = entryOf(
        deps,
        organizationId,
        request,
        requestDigest,
        identity,
        decision,
        found,
      );
      const affected = decision.offer.standings.map(({ budget }) => ({
        ref: balanceRefAt(budget, identity.occurredAtMs),
        enforce: budget.enforcement === 'enforce',
      }));
      const change = reservationChange(entry.amountNanoUsd);
      const result = await deps.ledger.reserve(entry, affected, change, identity.opaqueKey);
      switch (result.kind) {
        case 'done':
          return { done: reservedBy(entry, decision, found.quoting) };
        case 'exists':
          return { done: await repeated(deps, result.entry, request, requestDigest) };
        case 'key-used': {
          const earlier = await deps.ledger.getReservation(result.reservationId);
          if (!earlier || result.requestDigest !== requestDigest) throw keyConflict();
          return { done: await repeated(deps, earlier, request, requestDigest) };
        }
        // Others took the headroom since the read: decide again from the balances as they stand.
        case 'no-headroom':
          if (attempt >= 10) return 'conflict';
          break;
        default:
          return 'conflict';
      }
    }
  });
}

function entryOf(
  { holdMs }: ReserveDeps,
  organizationId: string,
  request: AiRequest,
  requestDigest: string,
  { reservationId, occurredAtMs }: ReservationIdentity,
  { offer }: Extract<ReservationDecision, { offer: Offer }>,
  { quoting }: Facts,
): Entry {
  const quote = quoting.quotes.find(({ model }) => model === offer.model);
  if (!quote) throw new Error(`no quote for ${offer.model}`);
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
    balances: offer.standings.map(({ budget }) =>
      balanceNameOf(balanceRefAt(budget, occurredAtMs)),
    ),
    occurredAtMs,
    expiresAtMs: occurredAtMs + holdMs,
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
  requestDigest: string,
): Promise<Reserved> {
  if (entry.requestDigest !== requestDigest) throw keyConflict();
  if (entry.state === 'voided') {
    throw new ProblemError(
      'conflict',
      'the reservation of this Idempotency-Key was voided and holds no money: make a new key',
      { errors: [{ field: 'Idempotency-Key', message: 'is of a voided reservation' }] },
    );
  }
  const refs = scopesOf(entry);
  const read = await standings.read(entry.organizationId, refs, entry.occurredAtMs);
  const holding = new Set(entry.balances);
  return {
    kind: 'reserved',
    entry,
    decision: (request.model ?? entry.model) === entry.model ? 'proceed' : 'downgrade',
    warnings: [],
    standings: read
      .of(refs)
      .filter(({ budget }) => holding.has(balanceNameOf(balanceRefAt(budget, entry.occurredAtMs)))),
  };
}

async function repeatStale(
  deps: ReserveDeps,
  { reservationId }: ReservationIdentity,
  request: AiRequest,
  requestDigest: string,
): Promise<Reserved> {
  const entry = await deps.ledger.getReservation(reservationId);
  if (entry) return repeated(deps, entry, request, requestDigest);
  throw invalidField(
    'Idempotency-Key',
    'is a UUIDv7 whose time is too far from now: make a new key for a new request',
  );
}

const keyConflict = (): ProblemError =>
  new ProblemError('conflict', 'this Idempotency-Key was used with another request', {
    errors: [{ field: 'Idempotency-Key', message: 'was used with another request' }],
  });
