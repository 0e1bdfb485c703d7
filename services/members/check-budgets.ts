import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import {
  decideReservation,
  type ReservationDecision,
} from '../../domain/ledger/decide-reservation.ts';
import { type DefaultsRule, memberKindOf } from '../../domain/members/member-defaults.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import { createWholeStandings } from '../budgets/whole-standings.ts';
import { applyDefaults, type ApplyingDeps } from './apply-defaults.ts';

/** What is checked, and the rules that a user and a session of it follow. */
type CheckRequest = {
  refs: ScopeRef[];
  amountNanoUsd: NanoUsd;
  /** The most tokens that the request may use. */
  tokens: number;
  rules: readonly DefaultsRule[];
};

export type BudgetCheck = (
  call: OrganizationCall,
  request: CheckRequest,
) => Promise<{ decision: ReservationDecision; standings: BudgetStanding[] }>;

/**
 * Checks whether an amount and its tokens would fit now, without reserving it. Default budgets become real on the
 * way, as a request would make them.
 */
export function createBudgetCheck(deps: ApplyingDeps): BudgetCheck {
  const whole = createWholeStandings({ ...deps, budgets: deps.books });
  return async (call, { refs, amountNanoUsd, tokens, rules }) => {
    const { organizationId, nowMs } = call;
    const members = refs.filter(({ scope }) => memberKindOf(scope) !== undefined);
    await applyDefaults(deps, call, await deps.books.readBooks(organizationId, members), rules);
    const standings = await whole.read(organizationId, refs.map(canonicalScope), nowMs);
    const offer = { model: '', amountNanoUsd, tokens, standings };
    return { decision: decideReservation([offer]), standings };
  };
}
