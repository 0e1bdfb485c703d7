import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import { admissionUnder } from '../../domain/controls/admission.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { DEFAULT_SEVERITY } from '../../domain/severity.ts';
import type { BudgetCheck } from '../members/check-budgets.ts';
import { refusalOf } from '../reservations/refusals.ts';
import { scopesTouched } from '../reservations/reservation-facts.ts';
import { orderOf } from '../reservations/reservation-order.ts';
import type { ReserveDeps } from '../reservations/reservation-outcome.ts';

export type AdmitDeps = Pick<
  ReserveDeps,
  | 'predictors'
  | 'catalogs'
  | 'flags'
  | 'rules'
  | 'names'
  | 'directory'
  | 'conversations'
  | 'controls'
  | 'holdMs'
> & { check: BudgetCheck };

/**
 * Admits a request whose answer is in the cache, as if it were made: the directory, controls and
 * budgets that limit requests may refuse it. It costs nothing, so limits of money do not.
 * @param model the model that gave the answer
 * @returns the budgets that apply
 * @throws ServiceError `forbidden`, `control-in-force`, `throttled`, `budget-exceeded`
 */
export async function admitHit(
  deps: AdmitDeps,
  call: Call,
  payer: Omit<AiRequest, 'model'>,
  model: string,
): Promise<{ standings: BudgetStanding[] }> {
  const { organizationId, nowMs } = call;
  const asked = { call, request: { ...payer, model }, requestDigest: '' };
  const { request, defaults, isThrottled } = await orderOf(deps, asked);
  const refs = scopesTouched(organizationId, request, [model]);
  const severity = payer.severity ?? DEFAULT_SEVERITY;
  const inForce = await deps.controls.inForce(organizationId, refs);
  const controls = inForce.filter(
    ({ restriction }) => isThrottled || restriction.action !== 'throttle',
  );
  const facts = { nowMs, holdMs: deps.holdMs, severity: undefined };
  const admission = admissionUnder(controls, severity);
  if (admission.kind === 'refuse') {
    throw refusalOf({ kind: 'barred', control: admission.control, because: 'control' }, facts);
  }
  for (const control of admission.counted) {
    if (await deps.controls.hasRoom(organizationId, control, nowMs)) continue;
    throw refusalOf({ kind: 'barred', control, because: 'rate' }, facts);
  }
  const free = { refs, amountNanoUsd: 0n, tokens: 0, rules: defaults };
  const { decision, standings } = await deps.check(call, free);
  if (decision.kind !== 'reject') return { standings };
  const quoteSet = { quotes: [{ upperBoundNanoUsd: 0n, upperBoundTokens: 0 }] as const };
  throw refusalOf({ ...decision, quoteSet }, facts);
}
