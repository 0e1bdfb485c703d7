import type { AiRequest } from '../../contracts/ai-request.ts';
import { isOperators } from '../../domain/access/caller.ts';
import type { Control } from '../../domain/controls/control.ts';
import { type Attempt, mayRecall, type ReservationIdentity } from '../../domain/ledger/attempt.ts';
import { type Conduct, raisedHold, refusalOf } from '../../domain/ledger/conduct.ts';
import { sessionOwnerOf } from '../../domain/ledger/session-run.ts';
import type { Need, Offer } from '../../domain/ledger/decide-reservation.ts';
import type { ReservationFacts } from '../../domain/ledger/next-step.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { walletRefOf } from '../../domain/ledger/wallet.ts';
import {
  type Drawable,
  drawnStandings,
  restOf,
  type Workflow,
} from '../../domain/ledger/workflow.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { readWorkflow } from './read-workflow.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import { refusesSiblings } from '../../domain/selection/candidates.ts';
import { type LeftOut, notChosen } from '../../domain/selection/left-out.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import { isExploring } from '../../domain/selection/exploration.ts';
import type { WarmPrefix } from '../../domain/selection/warm-prefix.ts';
import { selectOffers } from '../../domain/selection/select-offers.ts';
import { conductRead } from '../../tables/ledger/conduct.ts';
import { rateCardRead } from '../../tables/rate-cards.ts';
import { createReadPlan } from '../../tables/read-plan.ts';
import type { Standings, StandingsReader } from '../budgets/budget-standings.ts';
import type { ReadAhead } from '../budgets/standings-outlook.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import type { Quote } from '../prediction/quote-model.ts';
import { type QuoteSet, quoteRequest } from '../prediction/quote-request.ts';
import { forbiddenField } from '../errors.ts';
import { type MemberStandingsDeps, readMemberStandings } from '../members/member-standings.ts';
import { sessionRefusal } from './session-refusal.ts';
import type { Asked, ReservationOrder } from './reservation-order.ts';

/** What the quote's prediction alone would hold, if the key's conduct is monitored. */
export type Declared = { declaredNanoUsd?: NanoUsd };

/** Quotes whose upper bounds are the amounts to hold. */
export type HeldQuotes = Omit<QuoteSet, 'quotes'> & {
  quotes: [Quote & Declared, ...(Quote & Declared)[]];
};

export type Facts = ReservationFacts<Control> & {
  /** What the request's workflow has for it, if it can pay. */
  drawable?: Drawable | undefined;
  quoteSet: HeldQuotes;
  conduct: Conduct;
  /** What is cached of the conversation that the request belongs to. */
  warm: WarmPrefix | undefined;
  /** Models that were read but are not offered to the budgets. */
  leftOut: LeftOut[];
};

/**
 * Reads and prices everything that decides a reservation, in one go.
 * @param isWide include every model that may serve the request, not just the requested one
 * @throws ServiceError `unknown-price`, or `invalid-request` if no model qualifies
 */
export async function readFacts(
  deps: MemberStandingsDeps & { controls: ControlsReader; ledger: LedgerStore },
  order: ReservationOrder,
  attempt: Attempt<Control>,
  isWide: boolean,
): Promise<Facts> {
  const { call, request, predictor, supply } = order;
  const { organizationId, actor } = call;
  const { identity, storedEntry, isFresh } = attempt;
  const models = isWide ? order.models : order.askedModels;
  const scopes = scopesTouched(organizationId, request, models);
  const { reservationId: entryId, occurredAtMs: atMs } = identity;
  const plan = createReadPlan();
  const cards = models.map((model) => plan.add(rateCardRead(organizationId, model)));
  const keyConduct = plan.add(conductRead(organizationId, actor));
  // Read first: what a closing workflow gives back is then seen in its balances.
  const workflow =
    attempt.isOnItsOwn || storedEntry ? undefined : await readWorkflow(deps.ledger, order);
  const [read, controls] = await Promise.all([
    readMemberStandings(
      deps,
      call,
      { refs: scopes, atMs, rules: order.defaults },
      {
        nowMs: call.nowMs,
        isFresh,
        mayRemember: mayRecall(attempt) && !isWide && request.workflowId === undefined,
        ahead: order.ahead,
        holder: {
          userId: request.userId,
          owner: sessionOwnerOf(request),
          entryId,
          wallet: storedEntry && walletRefOf(storedEntry),
        },
        plan,
      },
    ),
    deps.controls.inForce(organizationId, scopes),
  ]);
  const refusal = sessionRefusal(call, read.sessionOwner);
  if (refusal) throw forbiddenField(refusal);
  const quoteSet = quoteRequest({
    request,
    models,
    overrides: new Map(models.map((model, position) => [model, cards[position]?.value ?? []])),
    state: predictor,
    warm: order.warm,
    sessionRegion: order.sessionRegion,
    supply: { ...supply, nowMs: atMs },
  });
  if (!quoteSet.ok) throw quoteSet.problem;
  return {
    ...factsFrom(order, quoteSet, read, {
      controls,
      conduct: keyConduct.value,
      workflow,
      explores: order.mayExplore && explores(order, entryId),
    }),
    isWide: models.length === order.models.length,
  };
}

/**
 * Reads the budgets, prices and controls of a request as it was sent, while its order is made. If the
 * order touches other scopes, they are read once it is there.
 */
export async function readAhead(
  { standings, controls }: { standings: StandingsReader; controls: ControlsReader },
  { call, request }: Asked,
  { reservationId: entryId, occurredAtMs: atMs }: ReservationIdentity,
): Promise<ReadAhead | undefined> {
  const { organizationId, actor, nowMs } = call;
  const { model, userId } = request;
  if (model === undefined || request.workflowId !== undefined) return undefined;
  const refs = scopesTouched(organizationId, request, [model]);
  const plan = createReadPlan();
  plan.add(rateCardRead(organizationId, model));
  plan.add(conductRead(organizationId, actor));
  const options = { nowMs, holder: { userId, entryId }, plan };
  const reading = standings.readAhead(organizationId, refs, atMs, options);
  const [ahead] = reading
    ? await Promise.all([reading, controls.inForce(organizationId, refs)])
    : [];
  return ahead;
}

/**
 * Every model that was read and does not serve the request. @param chosen the one that does, if any
 */
export const modelsLeftOut = ({ leftOut, admitted }: Facts, chosen?: string): LeftOut[] => [
  ...leftOut,
  ...(admitted.kind === 'admit' ? notChosen(admitted.offers, chosen) : []),
];

/** The scopes that a request touches with any of these models, each once. */
export function scopesTouched(
  organizationId: string,
  request: ReservationOrder['request'],
  models: string[],
): ScopeRef[] {
  const scopes = models.flatMap((model) => scopesOf({ organizationId, ...request, model }));
  return [...new Map(scopes.map((ref) => [`${ref.scope}#${ref.scopeId}`, ref])).values()];
}

/** The facts in the form that the decision takes. */
export function factsFrom(
  { call, request, supply, warm, isThrottled }: ReservationOrder,
  baseQuotes: QuoteSet,
  read: Pick<Standings, 'of' | 'wallet' | 'memory'>,
  {
    controls,
    conduct,
    workflow,
    explores = false,
  }: {
    controls: Control[];
    conduct: Conduct;
    workflow?: Workflow | undefined;
    explores?: boolean;
  },
): Omit<Facts, 'isWide'> {
  const principals = { ...request, organizationId: call.organizationId };
  const raised = (quote: Quote): Quote & Declared => raisedQuote(quote, request, conduct);
  const [first, ...others] = baseQuotes.quotes;
  const quoteSet: HeldQuotes = { ...baseQuotes, quotes: [raised(first), ...others.map(raised)] };
  const { leftOut, ...selection } = selectOffers(
    quoteSet.quotes,
    {
      ...principals,
      warm,
      explores,
      refusesSiblings: (model) => refusesSiblings(request, model, supply.catalog),
    },
    controls.filter(({ restriction }) => isThrottled || restriction.action !== 'throttle'),
  );
  const restNanoUsd = workflow ? restOf(workflow, call.nowMs) : 0n;
  const drawable = workflow && restNanoUsd > 0n ? { workflow, restNanoUsd } : undefined;
  const standingsOf = (model: string): BudgetStanding[] =>
    read.of(scopesOf({ ...principals, model }));
  const drawn = drawable && drawnStandings(standingsOf(first.model), drawable, read.wallet);
  const offerOf = (quote: Quote): Offer => ({
    model: quote.model,
    amountNanoUsd: quote.upperBoundNanoUsd,
    tokens: quote.upperBoundTokens,
    // A workflow has room for bounds, not for maximums.
    ...(request.holdsMaximum && !drawn ? { maximum: maximumOf(quote) } : {}),
    standings:
      (drawn && drawnStandings(standingsOf(quote.model), drawable, read.wallet)) ??
      standingsOf(quote.model),
  });
  const offersOf = ([head, ...tail]: readonly [Quote, ...Quote[]]): [Offer, ...Offer[]] => [
    offerOf(head),
    ...tail.map(offerOf),
  ];
  return {
    quoteSet,
    conduct,
    ...(drawn ? { drawable } : {}),
    conductRefusal: isOperators(call)
      ? undefined
      : refusalOf(conduct, { ...request, model: first.model }),
    admitted:
      selection.kind === 'refuse'
        ? selection
        : { ...selection, offers: offersOf(selection.quotes) },
    askedModel: first.model,
    wallet: read.wallet,
    memory: read.memory,
    warm,
    leftOut: [...baseQuotes.unquoted, ...leftOut],
  };
}

const explores = ({ request, warm }: ReservationOrder, id: string): boolean =>
  isExploring(
    { ...request, severity: request.severity ?? DEFAULT_SEVERITY },
    { id, isInConversation: warm !== undefined },
  );

/** What the longest answer needs. */
const maximumOf = ({ ceilingNanoUsd, upperInput, maxOutputTokens }: Quote): Need => ({
  amountNanoUsd: ceilingNanoUsd,
  tokens: upperInput.inputTokens + upperInput.cacheWriteTokens + maxOutputTokens,
});

/** A quote with its upper bound, which will be held, adjusted for the key's conduct. */
function raisedQuote(quote: Quote, request: AiRequest, conduct: Conduct): Quote & Declared {
  const { model, upperBoundNanoUsd: declaredNanoUsd } = quote;
  const upperBoundNanoUsd = raisedHold(conduct, { ...request, model }, declaredNanoUsd);
  if (upperBoundNanoUsd === undefined) return quote;
  const ceilingNanoUsd = maxNanoUsd(quote.ceilingNanoUsd, upperBoundNanoUsd);
  return { ...quote, upperBoundNanoUsd, ceilingNanoUsd, declaredNanoUsd };
}
