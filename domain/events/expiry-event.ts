import { budgetIdOf, parseBalanceName } from '../ledger/budget.ts';
import type { Entry } from '../ledger/entry.ts';
import { isWorkflow } from '../ledger/workflow.ts';
import { subjectOf } from '../alerts/alert.ts';
import { centUsd, formatUsd } from '../money.ts';
import type { PurserEvent } from './purser-event.ts';

/** The expiry of a reservation or a workflow, by its entry after it. */
export function expiryEventOf(after: Entry): PurserEvent {
  const { organizationId, entryId, userId, amountNanoUsd, chargedNanoUsd, occurredAtMs } = after;
  const atMs = after.closedAtMs ?? occurredAtMs;
  const budgets = new Set(after.balances.map((name) => budgetIdOf(parseBalanceName(name))));
  const outcome = after.isReleasedAtExpiry ? 'released' : 'presumed_spent';
  const what = isWorkflow(after) ? 'workflow' : 'reservation';
  const amount = `${centUsd(amountNanoUsd)} USD`;
  return {
    kind: 'reservation_expired',
    organizationId,
    dedupKey: `expired#${entryId}`,
    atMs,
    title: subjectOf(
      outcome === 'released'
        ? `A ${what} of user ${userId} expired: ${amount} came free`
        : `A ${what} of user ${userId} expired: ${amount} count as spent until it is settled`,
    ),
    data: {
      reservationId: entryId,
      ...(budgets.size === 0 ? {} : { budgets: [...budgets].join(', ') }),
      userId,
      ...(after.departmentId === undefined ? {} : { departmentId: after.departmentId }),
      system: after.system,
      model: after.model,
      ...(after.sessionId === undefined ? {} : { sessionId: after.sessionId }),
      ...(after.keyId === undefined ? {} : { keyId: after.keyId }),
      ...(after.draw ? { workflowId: after.draw.workflowId } : {}),
      ...(isWorkflow(after) ? { workflowId: entryId } : {}),
      outcome,
      heldUsd: formatUsd(amountNanoUsd),
      chargedUsd: formatUsd(chargedNanoUsd),
      reservedAt: new Date(occurredAtMs).toISOString(),
      ageSeconds: String(Math.floor((atMs - occurredAtMs) / 1_000)),
    },
  };
}
