import * as z from 'zod';
import { THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import {
  CONTROL_ACTIONS,
  faultsOfLevels,
  LEVEL_NAMES,
  type LevelsInForce,
  type ThresholdLevel,
  WATCHED_PERIODS,
} from '../domain/controls/thresholds.ts';
import { formatUsd } from '../domain/money.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { identifier, percentage, scope, usd, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

export const scopePath = z.strictObject({ scope, scopeId: identifier });

const MAX_PERCENT = 1_000;

const percent = percentage(MAX_PERCENT).meta({
  description: "Percentage of the scope's budget for the period",
  example: 80,
});

const tier = z
  .literal(THROTTLE_TIERS)
  .optional()
  .meta({ description: 'For throttle. Default: rises with the spend up to the next level' });
const spares = z
  .enum(SEVERITIES)
  .optional()
  .meta({ description: 'For throttle: exempts requests of this severity or above' });

const levelInput = z
  .strictObject({
    name: z.enum(LEVEL_NAMES),
    amountUsd: usd.refine((amount) => amount > 0n, 'must be more than 0').optional(),
    percent: percent.optional(),
    period: z.enum(WATCHED_PERIODS).default('daily'),
    action: z.enum(CONTROL_ACTIONS),
    tier,
    spares,
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
      message: 'send exactly one of amountUsd and percent',
    });
    return z.NEVER;
  })
  .meta({ id: 'ThresholdLevelInput' });

/** A scope's levels, sent on their own or with one of its budgets. */
export const thresholdLevels = z
  .array(levelInput)
  .min(1)
  .max(LEVEL_NAMES.length * WATCHED_PERIODS.length)
  .superRefine((levels, context) => {
    for (const { position, message } of faultsOfLevels(levels)) {
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
        period: z.enum(WATCHED_PERIODS),
        action: z.enum(CONTROL_ACTIONS),
        tier,
        spares,
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
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The levels in force', schema: thresholdsView } },
  }),
  putThresholds: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary: "Replace the thresholds of a scope; scopes without thresholds use the organization's",
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    body: putThresholdsBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The levels now in force', schema: thresholdsView } },
  }),
};

/** The API's view of a scope's levels. */
export function thresholdsViewOf(
  { scope: kind, scopeId }: ScopeRef,
  { source, levels }: LevelsInForce,
): z.output<typeof thresholdsView> {
  return { scope: kind, scopeId, source, levels: levels.map(levelViewOf) };
}

/** The API's view of one level. */
export const levelViewOf = (level: ThresholdLevel) => ({
  name: level.name,
  ...('amountNanoUsd' in level
    ? { amountUsd: formatUsd(level.amountNanoUsd) }
    : { percent: level.percentHundredths / 100 }),
  period: level.period,
  action: level.action,
  ...(level.tier === undefined ? {} : { tier: level.tier }),
  ...(level.spares === undefined ? {} : { spares: level.spares }),
});
