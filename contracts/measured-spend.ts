import * as z from 'zod';
import { COUNT_UNITS } from '../domain/ledger/counts.ts';
import { usdText } from './fields.ts';

/** Spend and the limit that it reached, in USD, or in requests or tokens (`measuredMembers`). */
export const measuredSpend = {
  spentUsd: usdText.optional().meta({
    description: 'When the limit was reached; absent if it counts requests or tokens',
  }),
  limitUsd: usdText.optional(),
  unit: z.enum(COUNT_UNITS).optional().meta({
    description: 'What the limit counts; absent if it limits money',
  }),
  used: z.int().optional().meta({ description: 'Requests or tokens, instead of spentUsd' }),
  limit: z.int().optional().meta({ description: 'Requests or tokens, instead of limitUsd' }),
};
