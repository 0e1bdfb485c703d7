import * as z from 'zod';
import type { Budget, BudgetStanding } from '../domain/ledger/budget.ts';
import { countsSinceReset } from '../domain/ledger/adjustments.ts';
import type { CountUnit } from '../domain/ledger/counts.ts';
import type { CountLimitsChange } from '../domain/ledger/budget-settings.ts';
import { formatUsd } from '../domain/money.ts';
import { usd, usdText } from './fields.ts';

/** Larger sums could lose precision. */
const MAX_COUNT = 1_000_000_000_000;

const countLimit = z
  .int('must be a whole number')
  .min(0, 'must be 0 or more')
  .max(MAX_COUNT, `must be at most ${MAX_COUNT}`);

/** What a budget allows in a period. */
export const budgetLimit = z
  .strictObject({
    usd: usd.nullish(),
    requests: countLimit.nullish(),
    tokens: countLimit.nullish().meta({
      description: 'Input, output and cached tokens together',
    }),
  })
  .meta({
    id: 'BudgetLimitInput',
    description:
      'What the budget allows in a period. A request must fit every limit. Budgets that limit requests or tokens are exact',
    example: { usd: '50', requests: 1000, tokens: 2000000 },
  });

/** What a budget limits, in a view of it. */
export const limitMembers = {
  limit: z.object({
    usd: usdText.optional(),
    requests: z.int().optional(),
    tokens: z.int().optional(),
  }),
  limitUsd: usdText.optional().meta({ description: 'The same as limit.usd' }),
};

/** The `limitMembers` of a budget. */
export function limitMembersOf({
  limitNanoUsd,
  countLimits,
}: Pick<Budget, 'limitNanoUsd' | 'countLimits'>) {
  const limitUsd = limitNanoUsd === undefined ? undefined : formatUsd(limitNanoUsd);
  return { limit: { usd: limitUsd, ...countLimits }, limitUsd };
}

/** The requests or tokens of a period; absent if the budget does not limit them. */
export const countView = z
  .object({ limit: z.int(), settled: z.int(), reserved: z.int(), available: z.int() })
  .meta({ id: 'BudgetCount' });

type LimitInput = {
  limitUsd?: bigint | undefined;
  limit?: z.output<typeof budgetLimit> | undefined;
};

/** The limits that a body changes. What it does not give stays; `null` removes a limit. */
export function limitsOf({ limitUsd, limit }: LimitInput): {
  limitNanoUsd: bigint | null | undefined;
  countLimits: CountLimitsChange | undefined;
} {
  const { usd: amount = limitUsd, requests, tokens } = limit ?? {};
  const isCounting = requests !== undefined || tokens !== undefined;
  return { limitNanoUsd: amount, countLimits: isCounting ? { requests, tokens } : undefined };
}

/** Reports what is wrong with the limits of a body. */
export function requireOneLimit(body: LimitInput, context: z.RefinementCtx): void {
  const refuse = (path: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (body.limitUsd !== undefined && body.limit?.usd !== undefined) {
    refuse('limitUsd', 'is the same as limit.usd; send only one of them');
  }
}

/** The requests and tokens of a budget's period since a reset, if the budget limits them. */
export function countViewsOf(
  standing: BudgetStanding,
  nowMs: number,
): Partial<Record<CountUnit, z.output<typeof countView>>> {
  return Object.fromEntries(
    countsSinceReset(standing, nowMs).flatMap(({ unit, limit, settled }) => {
      const counter = standing.balance.counters?.[unit];
      if (!counter) return [];
      const { reserved, headroom } = counter;
      return [[unit, { limit, settled, reserved, available: Math.max(0, headroom) }]];
    }),
  );
}
