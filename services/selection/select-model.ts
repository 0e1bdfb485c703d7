import type { AiRequest } from '../../contracts/ai-request.ts';
import type { SelectedModel } from '../../contracts/selections.ts';
import type { Call } from '../../domain/access/caller.ts';
import { decideReservation } from '../../domain/ledger/decide-reservation.ts';
import { formatUsd, type NanoUsd } from '../../domain/money.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import { sift } from '../../domain/selection/left-out.ts';
import { whySelected } from '../../domain/selection/why-selected.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import { invalidField } from '../errors.ts';
import { quoteRequest } from '../prediction/quote-request.ts';
import { factsFrom, modelsLeftOut, scopesTouched } from '../reservations/reservation-facts.ts';
import { type OrderDeps, orderOf } from '../reservations/reservation-order.ts';
import type { Barred, Rejected } from '../reservations/reservation-outcome.ts';
import { readRoom, type RoomReader } from './read-room.ts';

export type SelectDeps = OrderDeps &
  RoomReader & {
    rateCards: Pick<RateCardStore, 'getMany'>;
    controls: Pick<ControlsReader, 'inForce'>;
  };

const UNKNOWN_CONDUCT = { disputedNanoUsd: 0n, routes: new Map<number, never>() };

/**
 * Selects the model that a reservation of the request would get now, by the same steps and facts. Holds
 * nothing, writes nothing, and counts nothing against a control.
 * @param mostNanoUsd the most that the model may hold, beside what budgets have left
 * @throws ServiceError `unknown-price`, or `invalid-request` if no model qualifies or fits `mostNanoUsd`
 */
export async function selectModel(
  deps: SelectDeps,
  call: Call,
  request: AiRequest,
  mostNanoUsd: NanoUsd | undefined,
): Promise<({ kind: 'selected' } & SelectedModel) | Rejected | Barred> {
  const { organizationId, nowMs } = call;
  const order = await orderOf(deps, { call, request, requestDigest: '' });
  const { models } = order;
  const scopes = scopesTouched(organizationId, order.request, models);
  const [overrides, controls, room] = await Promise.all([
    deps.rateCards.getMany(organizationId, models),
    deps.controls.inForce(organizationId, scopes),
    readRoom(deps, { organizationId, nowMs }, scopes, order.defaults),
  ]);
  const quoteSet = quoteRequest({ ...order, overrides, state: order.predictor });
  if (!quoteSet.ok) throw quoteSet.problem;
  const read = {
    wallet: undefined,
    of: (refs: { scope: string; scopeId: string }[]) =>
      refs.flatMap((ref) =>
        room.filter(({ budget }) => budget.scope === ref.scope && budget.scopeId === ref.scopeId),
      ),
  };
  const facts = {
    ...factsFrom(order, quoteSet, read, { controls, conduct: UNKNOWN_CONDUCT }),
    isWide: true,
  };
  const { admitted } = facts;
  if (admitted.kind === 'refuse') {
    return { kind: 'barred', control: admitted.control, because: 'control' };
  }
  const affordable = sift(admitted.offers, ({ amountNanoUsd }) =>
    mostNanoUsd !== undefined && amountNanoUsd > mostNanoUsd ? 'budget' : undefined,
  );
  const [first, ...others] = affordable.kept;
  if (!first) throw beyondBudget(admitted.offers);
  const decision = decideReservation([first, ...others], facts.askedModel);
  if (decision.kind === 'reject') {
    return { ...decision, quoteSet: facts.quoteSet, leftOut: modelsLeftOut(facts) };
  }
  const { model } = decision.offer;
  const selected = facts.quoteSet.quotes.find((quote) => quote.model === model);
  if (!selected) throw new Error(`no quote for ${model}`);
  const leftOut = [...modelsLeftOut(facts, model), ...affordable.leftOut];
  // Where the caller leaves the choice to Purser, the order of preference says most.
  const ranked = order.request.model === undefined ? quoteSet.notRecommended : [];
  const reasons = new Map([...leftOut, ...ranked].map((each) => [each.model, each.because]));
  const severity = order.request.severity ?? DEFAULT_SEVERITY;
  return {
    kind: 'selected',
    selected,
    region: selected.region,
    decision: decision.kind,
    control: admitted.control,
    reason: whySelected({
      model,
      requested: order.request.model,
      isDowngrade: decision.kind === 'downgrade',
      isUnderControl: admitted.control !== undefined,
      isForSaving: order.request.maxQualityLoss !== undefined && model === admitted.offers[0].model,
      isQualityAssumed: selected.assumed?.includes('quality') === true,
      severity,
    }),
    alternatives: facts.quoteSet.quotes
      .filter((quote) => quote !== selected)
      .map((quote) => ({ ...quote, because: reasons.get(quote.model) ?? 'not-needed' })),
    leftOut: quoteSet.unquoted,
  };
}

function beyondBudget(offers: readonly { amountNanoUsd: NanoUsd }[]) {
  const least = offers.reduce(
    (most, { amountNanoUsd }) => (amountNanoUsd < most ? amountNanoUsd : most),
    offers[0]?.amountNanoUsd ?? 0n,
  );
  return invalidField('budget', `is too small: the cheapest model needs ${formatUsd(least)} USD`);
}
