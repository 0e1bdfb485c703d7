import * as z from 'zod';
import type { BudgetStanding } from '../domain/ledger/budget.ts';
import { formatUsd, maxNanoUsd } from '../domain/money.ts';
import { instantText, usdText } from './fields.ts';

/** What a period of a budget had and spent. */
export const periodView = z
  .object({
    periodKey: z.string().meta({ example: '2026-11-21' }),
    startsAt: instantText,
    endsAt: instantText.optional().meta({ description: 'Absent for total, which never ends' }),
    limitUsd: usdText.optional().meta({ description: 'Absent if the budget does not limit money' }),
    settledUsd: usdText,
    reservedUsd: usdText,
    overageUsd: usdText,
  })
  .meta({ id: 'BudgetPeriod' });

/** The API's view of a period in the books. They keep what was spent before a reset. */
export function periodViewOf({
  budget,
  span,
  balance,
}: BudgetStanding): z.output<typeof periodView> {
  const { limitNanoUsd, settledNanoUsd, reservedNanoUsd } = balance;
  const limitsUsd = budget.limitNanoUsd !== undefined;
  return {
    periodKey: span.key,
    startsAt: new Date(span.startsAtMs).toISOString(),
    ...(Number.isFinite(span.endsAtMs) ? { endsAt: new Date(span.endsAtMs).toISOString() } : {}),
    limitUsd: limitsUsd ? formatUsd(limitNanoUsd) : undefined,
    settledUsd: formatUsd(settledNanoUsd),
    reservedUsd: formatUsd(reservedNanoUsd),
    overageUsd: formatUsd(limitsUsd ? maxNanoUsd(0n, settledNanoUsd - limitNanoUsd) : 0n),
  };
}
