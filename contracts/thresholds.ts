import * as z from 'zod';
import {
  CONTROL_ACTIONS,
  faultsOfLevels,
  LEVEL_NAMES,
  type ThresholdLevel,
  type ThresholdSource,
} from '../domain/controls/thresholds.ts';
import { formatUsd } from '../domain/money.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { identifier, period, scope, usd, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

export const scopePath = z.strictObject({ scope, scopeId: identifier });

const MAX_PERCENT = 1_000;

const percent = z
  .number()
  .positive('must be more than 0')
  .max(MAX_PERCENT, `must be at most ${MAX_PERCENT}`)
  .refine(
    (value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6,
    'must have at most two decimals',
  )
  .meta({ description: "Of the scope's budget of the period", example: 80 });

const level = z
  .strictObject({
    name: z.enum(LEVEL_NAMES),
    amountUsd: usd.refine((amount) => amount > 0n, 'must be more than 0').optional(),
    percent: percent.optional(),
    period: period.default('daily'),
    action: z.enum(CONTROL_ACTIONS),
  })
  .transform(({ amountUsd, percent: share, ...rest }, context): ThresholdLevel => {
    if (amountUsd !== undefined && share === undefined) {
      return { ...rest, amountNanoUsd: amountUsd };
    }
    if (share !== undefined && amountUsd === undefined) {
      return { ...rest, percentHundredths: Math.round(share * 100) };
    }
    context.addIssue({
      code: 'custom',
      path: [amountUsd === undefined ? 'amountUsd' : 'percent'],
      message: 'give exactly one of amountUsd and percent',
    });
    return z.NEVER;
  })
  .meta({ id: 'ThresholdLevelInput' });

/** The levels of a scope, given on their own or with one of its budgets. */
export const thresholdLevels = z
  .array(level)
  .min(1)
  .max(LEVEL_NAMES.length)
  .superRefine((given, context) => {
    for (const { position, message } of faultsOfLevels(given)) {
      context.addIssue({ code: 'custom', path: [position], message });
    }
  });

export const putThresholdsBody = z
  .strictObject({ levels: thresholdLevels })
  .meta({ id: 'ThresholdsInput' });

export const thresholdsView = z
  .object({
    scope,
    scopeId: z.string(),
    source: z.enum(['scope', 'organization', 'builtin']).meta({
      description:
        "Whether the levels are the scope's own, the organization's or the built-in ones",
    }),
    levels: z.array(
      z.object({
        name: z.enum(LEVEL_NAMES),
        amountUsd: usdText.optional(),
        percent: z.number().optional(),
        period,
        action: z.enum(CONTROL_ACTIONS).meta({
          description:
            'Configured. This version carries out `alert` only, and says so in the alert',
        }),
      }),
    ),
  })
  .meta({ id: 'Thresholds' });

export const thresholdRoutes = {
  getThresholds: defineRoute({
    method: 'GET',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary: 'The thresholds in force for a scope',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    params: scopePath,
    responses: { 200: { description: 'The levels in force', schema: thresholdsView } },
  }),
  putThresholds: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary:
      "Replace the thresholds of a scope; the organization's hold for every scope without its own",
    roles: ['operator', 'admin'],
    params: scopePath,
    body: putThresholdsBody,
    responses: { 200: { description: 'The levels in force now', schema: thresholdsView } },
  }),
};

/** Levels as they are shown. */
export function thresholdsViewOf(
  { scope: kind, scopeId }: ScopeRef,
  source: ThresholdSource,
  levels: readonly ThresholdLevel[],
): z.output<typeof thresholdsView> {
  return { scope: kind, scopeId, source, levels: levels.map(levelViewOf) };
}

/** One level as it is shown. */
export function levelViewOf({ name, period: span, action, ...limit }: ThresholdLevel) {
  return 'amountNanoUsd' in limit
    ? { name, amountUsd: formatUsd(limit.amountNanoUsd), period: span, action }
    : { name, percent: limit.percentHundredths / 100, period: span, action };
}
