import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import type { Offer, ReservationDecision } from '../../domain/ledger/decide-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { Control } from '../../domain/controls/control.ts';
import { givenIdsOf } from '../../domain/naming/naming.ts';
import { packShape } from '../../domain/prediction/prompt-shape.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import { balancesOf, type HoldDeps } from './hold-reservation.ts';
import type { FlagReader } from '../flags.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { Quoted } from '../prediction/predict-cost.ts';
import type { PredictorReader } from '../prediction/predictor-state.ts';
import type { Facts } from './reservation-facts.ts';
import type { ReservationIdentity } from './reservation-id.ts';

export type ReserveDeps = HoldDeps & {
  standings: StandingsReader;
  controls: ControlsReader;
  predictors: PredictorReader;
  catalogs: CatalogReader;
  flags: FlagReader;
  holdMs: number;
  /** Makes the random part of an id; of the operating system by default. */
  randomBytes?: ((size: number) => Buffer) | undefined;
};

export type Reserved = {
  kind: 'reserved';
  entry: Entry;
  decision: 'proceed' | 'downgrade';
  warnings: string[];
  /** The reservation stood before this call was decided. */
  isReplayed?: boolean | undefined;
  /** Budgets as they stand with this reservation in them. */
  standings: BudgetStanding[];
  /** Absent when an earlier call made the reservation. */
  quoting?: Quoted | undefined;
  /** The control that asked for another model. */
  control?: Control | undefined;
};
/** A control lets the request not pass: at all, or `rate`: not in this minute. */
export type Barred = { kind: 'barred'; control: Control; because: 'control' | 'rate' };
export type Rejected = Extract<ReservationDecision, { kind: 'reject' }> & { quoting: Quoted };

/** The entry that holds an offer's amount in every budget that applies. */
export function entryOf(
  { holdMs }: Pick<ReserveDeps, 'holdMs'>,
  { organizationId, actor }: Call,
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
    keyId: actor,
    userId: request.userId,
    departmentId: request.departmentId,
    system: request.system,
    given: givenIdsOf(request),
    operation: request.operation,
    model: offer.model,
    region: request.region,
    tags: request.tags,
    state: 'reserved',
    amountNanoUsd: offer.amountNanoUsd,
    ...(quote.declaredNanoUsd === undefined ? {} : { declaredNanoUsd: quote.declaredNanoUsd }),
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
      promptShape: quoting.shape && packShape(quoting.shape),
    },
  };
}

/** What a reservation answers that was made just now. */
export function reservedBy(
  entry: Entry,
  decision: Extract<ReservationDecision, { offer: Offer }>,
  quoting: Quoted,
  control?: Control,
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
    ...(control ? { control } : {}),
  };
}
