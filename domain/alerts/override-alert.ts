import type { OverrideRequest } from '../ledger/override-request.ts';
import { centUsd, formatUsd } from '../money.ts';
import { shownId } from '../scopes.ts';
import { type Alert, subjectOf, whoText } from './alert.ts';
import { written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

const DID: Record<OverrideRequest['state'], string> = {
  pending: 'The budget is unchanged until someone decides.',
  approved: 'Purser raised the budget.',
  denied: 'The budget is unchanged.',
};

/** The alert for a request for a higher budget: first that it was made, then how it was decided. */
export function overrideAlertOf(
  organizationId: string,
  request: OverrideRequest,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, period, requestId, state } = request;
  const shown = shownId(request);
  const amount = `${centUsd(request.addNanoUsd)} USD`;
  const until = request.untilMs === undefined ? 'for good' : `until ${minuteText(request.untilMs)}`;
  const isPending = state === 'pending';
  const path = `/v1/budgets/${scope}/${encodeURIComponent(shown)}/${period}/override-requests/${requestId}`;
  const kind = isPending ? 'override_requested' : 'override_decided';
  return {
    kind,
    severity: 'warning',
    organizationId,
    scope,
    scopeId,
    spelling,
    incidentKey: ['override', organizationId, requestId].join('#'),
    dedupKey: ['override', organizationId, requestId, state].join('#'),
    atMs,
    subject: subjectOf(
      isPending
        ? `To decide: ${request.askedBy} asks for ${amount} more for the ${period} budget of ${whoText(request)}`
        : `${state === 'approved' ? 'Approved' : 'Denied'}: ${amount} more for the ${period} budget of ${whoText(request)}`,
    ),
    ...written({
      happened: isPending
        ? `${request.askedBy} asks to raise the ${period} budget of ${whoText(request)} by ${amount} ${until}.`
        : `${request.decidedBy} has ${state} ${amount} more ${until} for the ${period} budget of ${whoText(request)}. ${request.askedBy} had asked for it.`,
      did: DID[state],
      rows: [
        { name: 'Reason', value: request.reason },
        ...(request.decisionReason === undefined
          ? []
          : [{ name: 'Decision', value: request.decisionReason }]),
      ],
      todo: isPending
        ? [`Approve it: POST ${path}/approve.`, `Or deny it: POST ${path}/deny.`]
        : [],
    }),
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
