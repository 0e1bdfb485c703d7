import type { WorkflowStep } from '../../contracts/predictions.ts';
import type { Call } from '../../domain/access/caller.ts';
import { admissionUnder } from '../../domain/controls/admission.ts';
import type { Control } from '../../domain/controls/control.ts';
import { type Attempt, firstAttempt, unheld } from '../../domain/ledger/attempt.ts';
import { balanceNameOf, type BudgetStanding } from '../../domain/ledger/budget.ts';
import type { Rejection } from '../../domain/ledger/decide-reservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { ReservationFacts } from '../../domain/ledger/next-step.ts';
import { sessionOwnerOf } from '../../domain/ledger/session-run.ts';
import { isWorkflow, withoutIdle, type Workflow } from '../../domain/ledger/workflow.ts';
import type { DefaultsRule } from '../../domain/members/member-defaults.ts';
import { givenIdsOf } from '../../domain/naming/naming.ts';
import { type Principals, scopesOf } from '../../domain/scopes.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import { contentDigest } from '../content-digest.ts';
import { forbiddenField, invalidField } from '../errors.ts';
import { readMemberStandings } from '../members/member-standings.ts';
import type { PredictCostDeps } from '../prediction/predict-cost.ts';
import { priceWorkflow, type WorkflowPrice } from '../prediction/predict-workflow.ts';
import { holdExactly } from './hold-reservation.ts';
import { closedConflict, earlierOf, keyConflict, standingOf } from './repeat-reservation.ts';
import { identifyReservation } from './reservation-id.ts';
import { type Barred, countDecision, type ReserveDeps } from './reservation-outcome.ts';
import { executeSteps, type HoldEnd, type HoldStep } from './reserve-by-steps.ts';
import { sessionRefusal } from './session-refusal.ts';

export type OpenWorkflowDeps = ReserveDeps & Pick<PredictCostDeps, 'rateCards'>;

/** The steps of a workflow, and how long it holds its money. */
export type WorkflowInput = { steps: WorkflowStep[]; holdSeconds?: number | undefined };

type Opened = { kind: 'reserved'; workflow: Workflow };
export type WorkflowOutcome =
  | (Opened & { price: WorkflowPrice; isReplayed?: boolean })
  | (Rejection & {
      quoteSet: { quotes: [{ upperBoundNanoUsd: bigint; upperBoundTokens: number }] };
    })
  | Barred;

/** Entries need the name of a model, and a workflow has none of its own. */
const NO_MODEL = 'workflow';

/**
 * Holds the predicted upper bound of a whole workflow against every budget that applies to its user,
 * department, organization, system, session and listed tags, all or nothing. Its calls draw from it
 * (`holdByDraw`). Budgets of models, and limits of requests and tokens, take part in each call.
 * The balances themselves hold the money, never a wallet, so that any process can draw it.
 * @throws ServiceError `unknown-price`, `invalid-request` (steps of different principals), `conflict`
 *   and `unavailable`, as `createReservation` does
 */
export async function openWorkflow(
  deps: OpenWorkflowDeps,
  call: Call,
  input: WorkflowInput,
  idempotencyKey: string | undefined,
): Promise<WorkflowOutcome> {
  const outcome = await decide(deps, call, input, idempotencyKey);
  countDecision(deps, outcome);
  return outcome;
}

async function decide(
  deps: OpenWorkflowDeps,
  call: Call,
  input: WorkflowInput,
  idempotencyKey: string | undefined,
): Promise<WorkflowOutcome> {
  const { stale, ...identity } = identifyReservation(
    call,
    idempotencyKey,
    deps.holdMs / 2,
    deps.randomBytes,
  );
  const price = await priceWorkflow(deps, call, input.steps);
  const requestDigest = contentDigest(input);
  const again = (entry: Entry) => ({ ...replayed(entry, requestDigest, call.nowMs), price });
  if (stale) {
    const earlier = await deps.ledger.getReservation(identity.reservationId);
    if (earlier) return again(earlier);
    throw invalidField('Idempotency-Key', 'has a time too far from now; send a new key');
  }
  const order = await orderOf(deps, call, input, { price, requestDigest });
  const end = await executeSteps(deps, call, firstAttempt(identity), {
    read: (attempt) => readFacts(deps, order, attempt),
    hold: (step) => hold(deps, order, step),
  });
  if (end.kind === 'reserved') return { ...end, price };
  if (end.kind === 'stands') return again(await standingOf(deps, { requestDigest }, end.standing));
  // It may be refused because of its own earlier call, whose answer was lost.
  const earlier = await earlierOf(deps, call, identity, idempotencyKey);
  if (earlier) return again(earlier);
  const { refusal } = end;
  if (refusal.because === 'conduct') throw new Error('the conduct of a key refuses no workflow');
  if (refusal.because !== 'budget') {
    return { kind: 'barred', control: refusal.control, because: refusal.because };
  }
  const { upperBoundNanoUsd } = price;
  return {
    ...refusal.rejection,
    quoteSet: { quotes: [{ upperBoundNanoUsd, upperBoundTokens: 0 }] },
  };
}

/** @throws ServiceError `conflict` if the key was used otherwise or its workflow is closed */
function replayed(
  entry: Entry,
  requestDigest: string,
  nowMs: number,
): Opened & { isReplayed: true } {
  if (!isWorkflow(entry) || entry.requestDigest !== requestDigest) throw keyConflict();
  const isOver = entry.state === 'reserved' && (entry.expiresAtMs ?? 0) <= nowMs;
  if (entry.state !== 'reserved' || isOver) {
    throw closedConflict(entry.entryId, isOver ? 'expired' : entry.state);
  }
  return { kind: 'reserved', workflow: entry, isReplayed: true };
}

type Order = Omit<WorkflowInput, 'steps'> & {
  call: Call;
  request: WorkflowStep['request'] & Pick<Principals, 'listedTags'>;
  defaults: readonly DefaultsRule[];
  price: WorkflowPrice;
  requestDigest: string;
};

const SAME = ['userId', 'departmentId', 'system'] as const;

async function orderOf(
  { directory, rules }: OpenWorkflowDeps,
  call: Call,
  { steps, holdSeconds }: WorkflowInput,
  terms: Pick<Order, 'price' | 'requestDigest'>,
): Promise<Order> {
  const [first, ...others] = steps.map(({ request }) => request);
  if (!first) throw invalidField('steps', 'must have at least 1 entry');
  for (const [index, request] of others.entries()) {
    const other = SAME.find((name) => request[name] !== first[name]);
    if (!other) continue;
    const field = `steps[${index + 1}].request.${other}`;
    throw invalidField(field, 'must be the same in all steps of a workflow');
  }
  const placed = await directory.place(call, first);
  if ('refusal' in placed) throw forbiddenField(placed.refusal);
  const { departmentId } = placed.request;
  const { listedTags, defaults } = await rules.current(call.organizationId, departmentId);
  return { call, request: { ...placed.request, listedTags }, defaults, holdSeconds, ...terms };
}

async function readFacts(
  deps: OpenWorkflowDeps,
  { call, request, defaults, price }: Order,
  { identity, isFresh }: Attempt<Control>,
): Promise<ReservationFacts<Control>> {
  const { organizationId, nowMs } = call;
  const principals = { ...request, organizationId };
  const refs = scopesOf({ ...principals, model: NO_MODEL }).filter(
    ({ scope }) => scope !== 'model',
  );
  const { reservationId: entryId, occurredAtMs: atMs } = identity;
  const owner = sessionOwnerOf(request);
  const [read, controls, switches] = await Promise.all([
    readMemberStandings(
      deps,
      call,
      { refs, atMs, rules: defaults },
      { nowMs, isFresh, holder: { userId: request.userId, owner, entryId } },
    ),
    deps.controls.inForce(organizationId, refs),
    deps.flags.current(organizationId),
  ]);
  const refusal = sessionRefusal(call, read.sessionOwner);
  if (refusal) throw forbiddenField(refusal);
  const isThrottled = switches.isOn('throttling', principals);
  const admission = admissionUnder(
    controls.filter(({ restriction }) => isThrottled || restriction.action !== 'throttle'),
    request.severity ?? DEFAULT_SEVERITY,
  );
  const offer = {
    model: NO_MODEL,
    amountNanoUsd: price.upperBoundNanoUsd,
    requests: 0,
    standings: read.of(refs).map((standing) => withoutIdle(standing, read.wallet)),
  };
  return {
    conductRefusal: undefined,
    admitted:
      admission.kind === 'refuse'
        ? admission
        : // Each call is counted for itself.
          {
            kind: 'admit',
            control: admission.control,
            offers: [offer],
            counted: [],
            wantsOthers: false,
          },
    askedModel: NO_MODEL,
    isWide: true,
    wallet: undefined,
  };
}

async function hold(
  deps: OpenWorkflowDeps,
  order: Order,
  { attempt, granted }: HoldStep,
): Promise<HoldEnd<Opened>> {
  const { standings } = granted.offer;
  const workflow = entryOf(deps, order, attempt, standings);
  const { opaqueKey } = attempt.identity;
  const holding = await holdExactly(deps, workflow, standings, { opaqueKey });
  if (holding.kind === 'held') {
    deps.standings.noteHold(workflow);
    return { kind: 'reserved', workflow };
  }
  return holding.kind === 'exists' || holding.kind === 'key-used'
    ? { kind: 'stands', standing: holding, attempt }
    : { kind: 'not held', attempt: unheld(attempt, holding.kind, undefined) };
}

/** The entry that holds a workflow. What its calls do not draw is never presumed spent. */
function entryOf(
  { holdMs }: OpenWorkflowDeps,
  { call, request, price, holdSeconds, requestDigest }: Order,
  { identity }: Attempt<Control>,
  standings: readonly BudgetStanding[],
): Workflow {
  const ownHoldMs = holdSeconds === undefined ? holdMs : holdSeconds * 1_000;
  const { userId, departmentId, system, sessionId, tags } = request;
  return {
    entryId: identity.reservationId,
    kind: 'reservation',
    organizationId: call.organizationId,
    keyId: call.actor,
    userId,
    departmentId,
    system,
    given: givenIdsOf(request),
    model: NO_MODEL,
    sessionId,
    tags,
    state: 'reserved',
    amountNanoUsd: price.upperBoundNanoUsd,
    openedNanoUsd: price.upperBoundNanoUsd,
    chargedNanoUsd: 0n,
    balances: standings.map(({ home }) => balanceNameOf(home.ref)),
    occurredAtMs: identity.occurredAtMs,
    expiresAtMs: identity.occurredAtMs + ownHoldMs,
    ...(ownHoldMs === holdMs ? {} : { isListedByExpiry: true }),
    isReleasedAtExpiry: true,
    version: 1,
    requestDigest,
  };
}
