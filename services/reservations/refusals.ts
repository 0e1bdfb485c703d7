import { budgetViewOf } from '../../contracts/budgets.ts';
import { controlViewOf } from '../../contracts/controls.ts';
import { restrictionText, TIER_2_REQUESTS_PER_MINUTE } from '../../domain/controls/restriction.ts';
import { resetSentence } from '../../domain/ledger/reset-text.ts';
import { needOf } from '../../domain/ledger/decide-reservation.ts';
import { nextHoldEndMs } from '../../domain/ledger/hold-end.ts';
import { formatUsd, maxNanoUsd, shortUsd } from '../../domain/money.ts';
import type { Severity } from '../../domain/severity.ts';
import { ServiceError } from '../errors.ts';
import type { Rejection } from '../../domain/ledger/decide-reservation.ts';
import type { Barred } from './reservation-outcome.ts';

const MINUTE_MS = 60_000;

/** A rejection, and what was needed. */
type Rejected = Rejection & {
  quoteSet: {
    quotes: readonly [{ upperBoundNanoUsd: bigint; upperBoundTokens: number }, ...unknown[]];
  };
};

type RefusalFacts = {
  nowMs: number;
  /** How long a reservation is held at most. */
  holdMs: number;
  /** The severity that applied, if a ceiling lowered the request's own. */
  severity: Severity | undefined;
};

/** The error that tells a caller why nothing was reserved, and when to ask again. */
export const refusalOf = (
  outcome: Rejected | Barred,
  { nowMs, holdMs, severity }: RefusalFacts,
): ServiceError =>
  outcome.kind === 'reject'
    ? budgetExceeded(outcome, { nowMs, holdMs, severity })
    : underControl(outcome, nowMs, severity);

function budgetExceeded(
  { deciding, unit, because, quoteSet }: Rejected,
  { nowMs, holdMs, severity }: RefusalFacts,
): ServiceError {
  const budget = budgetViewOf(deciding, nowMs);
  const [{ upperBoundNanoUsd, upperBoundTokens }] = quoteSet.quotes;
  const neededUsd = formatUsd(upperBoundNanoUsd);
  const need = needOf({ amountNanoUsd: upperBoundNanoUsd, tokens: upperBoundTokens }, unit);
  const needed = unit === 'usd' ? neededUsd : need.toString();
  // A prepaid budget never resets.
  const untilMs =
    because === 'held' ? nextHoldEndMs(deciding, nowMs, holdMs) : deciding.span.endsAtMs;
  const way =
    because === 'held'
      ? 'What other requests hold may be released.'
      : resetSentence(budget.resetsAt);
  // Rounded apart, so that the two never read as if the request fitted.
  const availableNanoUsd = maxNanoUsd(0n, deciding.balance.headroomNanoUsd);
  const [left, asked] =
    unit === 'usd'
      ? [
          availableNanoUsd === 0n ? 'nothing' : `${shortUsd(availableNanoUsd, 'down')} USD`,
          `${shortUsd(upperBoundNanoUsd, 'up')} USD`,
        ]
      : [counted(budget[unit]?.available ?? 0, unit), counted(Number(need), unit)];
  const why = `Budget ${budget.budgetId} has ${left} left, and this request needs ${asked}.`;
  return new ServiceError(
    { kind: 'budget-exceeded', budget, neededUsd, unit, needed, because, severity },
    sentence(why, way, severity),
    { retryAfterMs: Number.isFinite(untilMs) ? untilMs - nowMs : undefined },
  );
}

/** Such as `no tokens`, `1 request`, `20 requests`. */
function counted(count: number, unit: 'requests' | 'tokens'): string {
  if (count === 0) return `no ${unit}`;
  return count === 1 ? `1 ${unit.slice(0, -1)}` : `${count} ${unit}`;
}

function underControl(
  { control, because }: Barred,
  nowMs: number,
  severity: Severity | undefined,
): ServiceError {
  const { scope, scopeId, restriction, reason, expiresAtMs } = control;
  const why = `${scope} ${scopeId} is under "${restrictionText(restriction)}" (${reason}).`;
  const facts = { control: controlViewOf(control), severity };
  if (because === 'rate') {
    const way = `It allows ${TIER_2_REQUESTS_PER_MINUTE} requests a minute.`;
    const retryAfterMs = MINUTE_MS - (nowMs % MINUTE_MS);
    const message = sentence(why, way, severity);
    return new ServiceError({ kind: 'throttled', ...facts }, message, { retryAfterMs });
  }
  const way =
    expiresAtMs === undefined
      ? 'It lasts until a person reverses it.'
      : `It ends at ${new Date(expiresAtMs).toISOString()} at the latest.`;
  return new ServiceError({ kind: 'control-in-force', ...facts }, sentence(why, way, severity), {
    retryAfterMs: expiresAtMs === undefined ? undefined : expiresAtMs - nowMs,
  });
}

const sentence = (why: string, way: string, severity: Severity | undefined): string =>
  [
    why,
    way,
    ...(severity === undefined ? [] : [`Your credentials lower severity to ${severity}.`]),
  ].join(' ');
