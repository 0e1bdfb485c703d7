import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Attempt } from '../../domain/ledger/attempt.ts';
import { balanceNameOf, type BudgetStanding } from '../../domain/ledger/budget.ts';
import { balanceAfter } from '../../domain/ledger/balance-changes.ts';
import { entryCounts, holdMove } from '../../domain/ledger/entry-counts.ts';
import type { Granted, Rejection } from '../../domain/ledger/decide-reservation.ts';
import { type PromptPrefix, traitsOf } from '../../domain/ledger/request-traits.ts';
import { type Entry, reservationChange } from '../../domain/ledger/entry.ts';
import type { Control } from '../../domain/controls/control.ts';
import { defaultHoldSeconds } from '../../domain/members/member-defaults.ts';
import { givenIdsOf } from '../../domain/naming/naming.ts';
import { packShape } from '../../domain/prediction/prompt-shape.ts';
import type { LeftOut } from '../../domain/selection/left-out.ts';
import type { Switch } from '../../domain/ledger/saving.ts';
import { switchOf, type WarmPrefix } from '../../domain/selection/warm-prefix.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import type { HoldDeps } from './hold-reservation.ts';
import { type Facts, type HeldQuotes, modelsLeftOut } from './reservation-facts.ts';
import type { OpenEntries } from './open-entries.ts';
import type { PromptHasher, PromptHashes } from './prompt-hashes.ts';
import type { OrderDeps, ReservationOrder } from './reservation-order.ts';

export type ReserveDeps = HoldDeps &
  OrderDeps & {
    standings: StandingsReader;
    books: BudgetStore;
    controls: ControlsReader;
    openEntries: OpenEntries;
    prompts: Pick<PromptHasher, 'hashesOf'>;
    telemetry: Pick<Telemetry, 'metric'>;
    holdMs: number;
    /** Generates the random part of an ID. Default: the operating system's generator. */
    randomBytes?: ((size: number) => Buffer) | undefined;
  };

export type Reserved = {
  kind: 'reserved';
  entry: Entry;
  decision: 'proceed' | 'downgrade';
  warnings: string[];
  /** The reservation existed before this call was decided. */
  isReplayed?: boolean | undefined;
  /** Budgets after this reservation. */
  standings: BudgetStanding[];
  /** Absent if an earlier call made the reservation. */
  quoteSet?: HeldQuotes | undefined;
  /** The control that demanded another model. */
  control?: Control | undefined;
  /** Models that were read but not chosen; absent if an earlier call made the reservation. */
  leftOut?: LeftOut[] | undefined;
};
/** A control refuses the request, either entirely or (`rate`) this minute. */
export type Barred = { kind: 'barred'; control: Control; because: 'control' | 'rate' };
/** No budget has room, for any model. */
export type Rejected = Rejection & { quoteSet: HeldQuotes; leftOut: LeftOut[] };

/** Counts what was decided for a request or a workflow, for operators. */
export function countDecision(
  { telemetry }: Pick<ReserveDeps, 'telemetry'>,
  outcome: { kind: 'reject' | 'barred' } | { kind: 'reserved'; decision?: Reserved['decision'] },
): void {
  const { decision = 'proceed' } =
    outcome.kind === 'reserved' ? outcome : { decision: 'reject' as const };
  telemetry.metric('ReservationsDecided', 1, { Decision: decision });
}

/** The entry that holds an offer's amount in every budget that applies. */
export function entryOf(
  { holdMs }: Pick<ReserveDeps, 'holdMs'>,
  { call, request, requestDigest, givenNames, defaults, warm, hashes = {} }: ReservationOrder,
  { identity }: Attempt<Control>,
  { offer, quoteSet }: { offer: Granted['offer']; quoteSet: HeldQuotes },
): Entry {
  const quote = quoteSet.quotes.find(({ model }) => model === offer.model);
  if (!quote) throw new Error(`no quote for ${offer.model}`);
  const isReleasedAtExpiry =
    offer.standings.length > 0 &&
    offer.standings.every(({ budget }) => budget.onExpiry === 'release');
  const holdSeconds = request.holdSeconds ?? defaultHoldSeconds(defaults, request.sessionId);
  const ownHoldMs = holdSeconds === undefined ? holdMs : holdSeconds * 1_000;
  const counts = entryCounts(offer.standings, offer.tokens ?? 0);
  const { promptHash = hashes.promptHash, prefix = prefixOf(hashes, quote.prefixTokens) } = request;
  const traits = traitsOf({ ...request, promptHash, prefix });
  return {
    entryId: identity.reservationId,
    kind: 'reservation',
    organizationId: call.organizationId,
    keyId: call.actor,
    userId: request.userId,
    departmentId: request.departmentId,
    system: request.system,
    given: givenIdsOf({ given: { ...request.given, model: givenNames.get(offer.model) } }),
    operation: request.operation,
    model: offer.model,
    region: quote.region,
    ...(request.serviceTier === undefined || request.serviceTier === 'standard'
      ? {}
      : { serviceTier: request.serviceTier }),
    ...(request.imageVariant === undefined
      ? {}
      : { terms: { tier: request.serviceTier, imageVariant: request.imageVariant } }),
    sessionId: request.sessionId,
    tags: request.tags,
    ...(traits ? { traits } : {}),
    state: 'reserved',
    amountNanoUsd: offer.amountNanoUsd,
    ...(quote.declaredNanoUsd === undefined ? {} : { declaredNanoUsd: quote.declaredNanoUsd }),
    chargedNanoUsd: 0n,
    balances: offer.standings.map(({ home }) => balanceNameOf(home.ref)),
    ...(counts ? { counts } : {}),
    occurredAtMs: identity.occurredAtMs,
    expiresAtMs: identity.occurredAtMs + ownHoldMs,
    ...(ownHoldMs === holdMs ? {} : { isListedByExpiry: true }),
    ...(isReleasedAtExpiry ? { isReleasedAtExpiry } : {}),
    version: 1,
    requestDigest,
    rate: quote.rate,
    ...switchedTo(quote, quoteSet.quotes, warm),
    ...(quote.priceBasis === 'listed' ? {} : { priceBasis: quote.priceBasis }),
    prediction: {
      expectedCostNanoUsd: quote.expectedCostNanoUsd,
      inputTokens: quote.inputTokens,
      expectedOutputTokens: quote.expectedOutputTokens,
      maxOutputTokens: quoteSet.maxOutputTokens,
      predictorVersion: quoteSet.predictorVersion,
      promptShape: quoteSet.shape && packShape(quoteSet.shape),
    },
  };
}

const prefixOf = ({ prefixHash }: PromptHashes, tokens: number): PromptPrefix | undefined =>
  prefixHash === undefined || tokens === 0 ? undefined : { hash: prefixHash, tokens };

/** The result of a reservation that this call made. */
export function reservedBy(
  entry: Entry,
  granted: Granted,
  facts: Facts,
  control: Control | undefined,
): Reserved {
  return {
    kind: 'reserved',
    entry,
    decision: granted.kind,
    warnings: granted.warnings,
    standings: granted.offer.standings.map((standing, position) =>
      standingAfter(standing, entry, position < (entry.draw?.shared ?? 0)),
    ),
    quoteSet: facts.quoteSet,
    leftOut: modelsLeftOut(facts, granted.offer.model),
    ...(control ? { control } : {}),
  };
}

/** The switch, if another model is to serve a request than the one asked for. */
function switchedTo(
  served: HeldQuotes['quotes'][0],
  [asked]: HeldQuotes['quotes'],
  warm: WarmPrefix | undefined,
): { switched?: Switch } {
  return served.model === asked.model ? {} : { switched: switchOf(asked, served, warm) };
}

function standingAfter(standing: BudgetStanding, entry: Entry, isDrawn: boolean): BudgetStanding {
  // Its workflow held the money before.
  const change = reservationChange(isDrawn ? 0n : entry.amountNanoUsd);
  const counts = holdMove(standing, entry);
  return { ...standing, balance: balanceAfter(standing.balance, { change, counts }) };
}
