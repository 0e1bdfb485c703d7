import type { NanoUsd } from '../money.ts';
import type { Period } from '../periods.ts';
import type { ScopeRef, SpelledScope } from '../scopes.ts';

export const REQUEST_STATES = ['pending', 'approved', 'denied'] as const;

/** A caller's request for an override of a budget, which an operator approves or denies. */
export type OverrideRequest = SpelledScope & {
  requestId: string;
  period: Period;
  addNanoUsd: NanoUsd;
  untilMs?: number | undefined;
  reason: string;
  state: (typeof REQUEST_STATES)[number];
  askedBy: string;
  askedAtMs: number;
  decidedBy?: string | undefined;
  decidedAtMs?: number | undefined;
  decisionReason?: string | undefined;
  /** The override that the approval made. */
  adjustmentId?: string | undefined;
};

/** Which budget a request is for. */
export type RequestTarget = ScopeRef & { period: Period };

export type Verdict = 'approved' | 'denied';

/** Why a request cannot be decided, or `undefined` if it can. Nobody decides about their own. */
export function whyUndecidable(
  { state, askedBy, untilMs = Infinity }: OverrideRequest,
  verdict: Verdict,
  { actor, nowMs }: { actor: string; nowMs: number },
): 'decided' | 'own' | 'over' | undefined {
  if (state !== 'pending') return 'decided';
  if (askedBy === actor) return 'own';
  return verdict === 'approved' && untilMs <= nowMs ? 'over' : undefined;
}

/** A request after its decision. */
export const decided = (
  request: OverrideRequest,
  verdict: Verdict,
  decision: { actor: string; nowMs: number; reason?: string | undefined },
): OverrideRequest => ({
  ...request,
  state: verdict,
  decidedBy: decision.actor,
  decidedAtMs: decision.nowMs,
  decisionReason: decision.reason,
});
