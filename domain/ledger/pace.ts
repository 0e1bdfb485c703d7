import type { PeriodSpan } from '../periods.ts';
import { type Adjustable, adjustmentsIn } from './adjustments.ts';

/**
 * Since when a budget's spend in a period counts: the later of the period's start, the budget's own
 * start, and its last reset. Epoch ms.
 */
export const countsFromMs = (
  budget: Pick<Adjustable, 'adjustments'> & { createdAtMs: number },
  span: PeriodSpan,
  nowMs: number,
): number =>
  Math.max(
    span.startsAtMs,
    // Usage of an earlier period may create a budget by default.
    Math.min(budget.createdAtMs, span.endsAtMs),
    ...adjustmentsIn(budget, span, nowMs)
      .filter(({ kind }) => kind === 'reset')
      .map(({ fromMs }) => fromMs),
  );
