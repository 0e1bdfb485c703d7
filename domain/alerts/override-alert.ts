import type { OverrideRequest } from '../ledger/override-request.ts';
import { formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';

/** The alert for a request for a higher budget: first that it was made, then how it was decided. */
export function overrideAlertOf(
  organizationId: string,
  request: OverrideRequest,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, period, requestId, state } = request;
  const shown = shownId(request);
  const amount = `${formatUsd(request.addNanoUsd)} USD`;
  const until =
    request.untilMs === undefined ? 'for good' : `until ${new Date(request.untilMs).toISOString()}`;
  const isPending = state === 'pending';
  const path = `/v1/budgets/${scope}/${encodeURIComponent(shown)}/${period}/override-requests/${requestId}`;
  const kind = isPending ? 'override_requested' : 'override_decided';
  const what = isPending ? 'asked for' : state;
  return {
    kind,
    severity: 'warning',
    organizationId,
    scope,
    scopeId,
    spelling,
    dedupKey: ['override', organizationId, requestId, state].join('#'),
    atMs,
    subject: subjectOf(
      `Purser: ${amount} more ${what} for the ${period} budget of ${scope} ${shown}`,
    ),
    body: [
      isPending
        ? `${request.askedBy} asks to raise the ${period} budget of ${scope} ${shown} by ${amount} ${until}.`
        : `${request.decidedBy} has ${state} ${amount} more ${until} for the ${period} budget of ${scope} ${shown}, which ${request.askedBy} asked for.`,
      '',
      `Why:  ${request.reason}`,
      ...(request.decisionReason === undefined ? [] : [`Decision:  ${request.decisionReason}`]),
      ...(isPending
        ? ['', 'What to do', `- Approve it: POST ${path}/approve.`, `- Deny it: POST ${path}/deny.`]
        : []),
    ].join('\n'),
    attributes: {
      event: kind,
      organizationId,
      scope,
      scopeId: shown,
      period,
      requestId,
      state,
      addUsd: formatUsd(request.addNanoUsd),
      askedBy: request.askedBy,
    },
  };
}
