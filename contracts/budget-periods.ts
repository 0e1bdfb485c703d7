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
    limitUsd: usdText,
    settledUsd: usdText,
    reservedUsd: usdText,
    overageUsd: usdText,
  })
  .meta({ id: 'BudgetPeriod' });

/** What a budget had and spent in one of its periods, as the books have it. */
export const periodViewOf = ({ span, balance }: BudgetStanding): z.output<typeof periodView> => ({
  periodKey: span.key,
  startsAt: new Date(span.startsAtMs).toISOString(),
  ...(Number.isFinite(span.endsAtMs) ? { endsAt: new Date(span.endsAtMs).toISOString() } : {}),
  limitUsd: formatUsd(balance.limitNanoUsd),
  settledUsd: formatUsd(balance.settledNanoUsd),
  reservedUsd: formatUsd(balance.reservedNanoUsd),
  overageUsd: formatUsd(maxNanoUsd(0n, balance.settledNanoUsd - balance.limitNanoUsd)),
});
