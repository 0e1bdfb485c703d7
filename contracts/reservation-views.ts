import type * as z from 'zod';
import type { Control } from '../domain/controls/control.ts';
import type { BudgetStanding } from '../domain/ledger/budget.ts';
import { remainingOf } from '../domain/ledger/decide-reservation.ts';
import type { Entry } from '../domain/ledger/entry.ts';
import { formatUsd, maxNanoUsd } from '../domain/money.ts';
import { budgetViewOf } from './budgets.ts';
import { controlViewOf } from './controls.ts';
import { correctionViewOf } from './corrections.ts';
import { predictionViewOf } from './predictions.ts';
import type {
  releaseView,
  reservationState,
  reservationView,
  settlementView,
} from './reservations.ts';

type Reserved = {
  entry: Entry;
  decision: 'proceed' | 'downgrade';
  warnings: string[];
  standings: BudgetStanding[];
  /** Absent if an earlier call made the reservation. */
  quoteSet?: Parameters<typeof predictionViewOf>[0] | undefined;
  /** The control that required another model. */
  control?: Control | undefined;
};

/** The response to a request whose money is held. */
export function reservationViewOf(
  { entry, decision, warnings, standings, quoteSet, control }: Reserved,
  nowMs: number,
): z.output<typeof reservationView> {
  const remaining = remainingOf(standings);
  return {
    reservationId: entry.entryId,
    decision,
    state: entry.state,
    model: entry.model,
    requestedModel: entry.given?.model,
    region: entry.region,
    priceBasis: entry.priceBasis,
    allocatedUsd: formatUsd(entry.amountNanoUsd),
    remainingUsd: remaining === undefined ? null : formatUsd(remaining),
    expiresAt: new Date(entry.expiresAtMs ?? entry.occurredAtMs).toISOString(),
    warnings,
    ...(control ? { control: controlViewOf(control) } : {}),
    ...savingViewOf(entry),
    budgets: standings.map((standing) => budgetViewOf(standing, nowMs)),
    ...(quoteSet ? { prediction: predictionViewOf(quoteSet, entry.entryId) } : {}),
  };
}

/** What another model than the asked one saves: expected while reserved, and then as it was. */
function savingViewOf({ state, switched, saving }: Entry) {
  const figures = state === 'reserved' ? switched : saving;
  return figures
    ? {
        savedUsd: formatUsd(figures.savedNanoUsd),
        lostCacheUsd: formatUsd(figures.lostCacheNanoUsd),
      }
    : {};
}

/** The current state of a reservation. */
export function reservationStateViewOf(entry: Entry): z.output<typeof reservationState> {
  const { amountNanoUsd, chargedNanoUsd, disputedNanoUsd } = entry;
  const closed = entry.state !== 'reserved';
  return {
    reservationId: entry.entryId,
    state: entry.state,
    system: entry.system,
    userId: entry.userId,
    departmentId: entry.departmentId,
    sessionId: entry.sessionId,
    operation: entry.operation,
    model: entry.model,
    requestedModel: entry.given?.model,
    allocatedUsd: formatUsd(amountNanoUsd),
    settledUsd: formatUsd(chargedNanoUsd),
    releasedUsd: formatUsd(closed ? maxNanoUsd(0n, amountNanoUsd - chargedNanoUsd) : 0n),
    overrunUsd: formatUsd(maxNanoUsd(0n, chargedNanoUsd - amountNanoUsd)),
    disputedUsd: disputedNanoUsd === undefined ? undefined : formatUsd(disputedNanoUsd),
    pricedUsd: entry.pricedNanoUsd === undefined ? undefined : formatUsd(entry.pricedNanoUsd),
    reportedUsd: entry.reportedNanoUsd === undefined ? undefined : formatUsd(entry.reportedNanoUsd),
    priceBasis: entry.priceBasis,
    unreadMembers: entry.unreadMembers,
    ...savingViewOf(entry),
    delivery: entry.delivery,
    deviations: entry.deviations,
    createdAt: new Date(entry.occurredAtMs).toISOString(),
    expiresAt: new Date(entry.expiresAtMs ?? entry.occurredAtMs).toISOString(),
    closedAt: entry.closedAtMs === undefined ? undefined : new Date(entry.closedAtMs).toISOString(),
    usage: entry.usage && {
      ...entry.usage,
      reasoningOutputTokens: entry.answer?.reasoningOutputTokens,
    },
    corrections: entry.corrections?.map(correctionViewOf),
    budgets: entry.balances,
  };
}

/** What a settlement charged and released. */
export function settlementViewOf(entry: Entry): z.output<typeof settlementView> {
  const { entryId, amountNanoUsd, chargedNanoUsd, disputedNanoUsd } = entry;
  return {
    priceBasis: entry.priceBasis,
    unreadMembers: entry.unreadMembers,
    reservationId: entryId,
    settledUsd: formatUsd(chargedNanoUsd),
    disputedUsd: disputedNanoUsd === undefined ? undefined : formatUsd(disputedNanoUsd),
    releasedUsd: formatUsd(maxNanoUsd(0n, amountNanoUsd - chargedNanoUsd)),
    overrunUsd: formatUsd(maxNanoUsd(0n, chargedNanoUsd - amountNanoUsd)),
    ...savingViewOf(entry),
  };
}

/** What a void released. */
export const releaseViewOf = ({ entryId, amountNanoUsd }: Entry): z.output<typeof releaseView> => ({
  reservationId: entryId,
  releasedUsd: formatUsd(amountNanoUsd),
});
