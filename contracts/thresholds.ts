import * as z from 'zod';
import type { LevelInForce, LevelSource } from '../domain/controls/levels-in-force.ts';
import { THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import {
  type BudgetLevel,
  CONTROL_ACTIONS,
  faultsOfLevels,
  LEVEL_NAMES,
  type LevelLimit,
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

const levelFields = {
  name: z.enum(LEVEL_NAMES),
  amountUsd: usd.refine((amount) => amount > 0n, 'must be more than 0').optional(),
  percent: percent.optional(),
  action: z.enum(CONTROL_ACTIONS),
  tier,
  spares,
};

/** Reads the limit of a level: an amount or a percentage. */
function withLimit<Level extends { amountUsd?: bigint | undefined; percent?: number | undefined }>(
  { amountUsd, percent: share, ...rest }: Level,
  context: z.RefinementCtx,
): Omit<Level, 'amountUsd' | 'percent'> & LevelLimit {
  if (amountUsd !== undefined && share === undefined) return { ...rest, amountNanoUsd: amountUsd };
  if (share !== undefined && amountUsd === undefined) {
    return { ...rest, percentHundredths: Math.round(share * 100) };
  }
  context.addIssue({
    code: 'custom',
    path: [amountUsd === undefined ? 'amountUsd' : 'percent'],
    message: 'send exactly one of amountUsd and percent',
  });
  return z.NEVER;
}

const levelInput = z
  .strictObject({ ...levelFields, period: z.enum(WATCHED_PERIODS).default('daily') })
  .transform((level, context): ThresholdLevel => withLimit(level, context))
  .meta({ id: 'ThresholdLevelInput' });

const budgetLevelInput = z
  .strictObject({
    ...levelFields,
    period: z.enum(WATCHED_PERIODS).optional().meta({
      description: 'Default: the period of the budget. A percentage is always of this budget',
    }),
  })
  .transform((level, context): BudgetLevel => withLimit(level, context))
  .meta({ id: 'BudgetLevelInput' });

const MOST_LEVELS = LEVEL_NAMES.length * WATCHED_PERIODS.length;

/** A list of levels. An empty one removes them. */
export const levelList = z
  .array(levelInput)
  .max(MOST_LEVELS)
  .superRefine((levels, context) => {
    for (const { position, message } of faultsOfLevels(levels)) {
      context.addIssue({ code: 'custom', path: [position], message });
    }
  });

/** The levels that come with a budget. They are checked together with its period. */
export const budgetLevels = z.array(budgetLevelInput).max(MOST_LEVELS);

export const putThresholdsBody = z
  .strictObject({
    levels: levelList.meta({
      description: 'An empty list removes the levels, so that the defaults apply again',
    }),
  })
  .meta({ id: 'ThresholdsInput' });

/** A level in a response. */
export const levelView = z
  .object({
    name: z.enum(LEVEL_NAMES),
    amountUsd: usdText.optional(),
    percent: z.number().optional(),
    period: z.enum(WATCHED_PERIODS),
    action: z.enum(CONTROL_ACTIONS),
    tier,
    spares,
  })
  .meta({ id: 'ThresholdLevel' });

/** A level in force in a response, with what set it. */
export const levelInForceView = levelView
  .extend({
    source: z.string().meta({
      description:
        'What set the level: one of the scope’s budgets, the scope itself, the defaults of its department or organization, or builtin',
      example: 'organization/acme',
    }),
  })
  .meta({ id: 'ThresholdLevelInForce' });

const SOURCES = ['scope', 'department', 'organization', 'builtin'] as const;

export const thresholdsView = z
  .object({
    scope,
    scopeId: z.string(),
    source: z.enum(SOURCES).meta({
      description:
        'The most specific source of the levels: the scope (with its budgets), the defaults of its department or organization, or the built-in ones',
    }),
    levels: z.array(levelInForceView),
  })
  .meta({ id: 'Thresholds' });

/** In the query of what is in force for a user. */
export const departmentOfUser = identifier.optional().meta({
  description: "The user's department. Default: that of the user's latest request",
});

export const thresholdRoutes = {
  getThresholds: defineRoute({
    method: 'GET',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary: 'The thresholds in force for a scope',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    query: z.strictObject({
      departmentId: departmentOfUser,
    }),
    problems: ['not-found'],
    responses: { 200: { description: 'The levels in force', schema: thresholdsView } },
  }),
  putThresholds: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary: "Replace a scope's own thresholds; those that came with its budgets stay",
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    body: putThresholdsBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The levels now in force', schema: thresholdsView } },
  }),
  deleteThresholds: defineRoute({
    method: 'DELETE',
    idempotencyKey: 'remembered',
    path: '/v1/thresholds/{scope}/{scopeId}',
    summary: "Remove a scope's own thresholds, so that the defaults apply again",
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'path' },
    params: scopePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The levels now in force', schema: thresholdsView } },
  }),
};

/** The API's view of a scope's levels. */
export const thresholdsViewOf = (
  { scope: kind, scopeId }: ScopeRef,
  levels: readonly LevelInForce[],
): z.output<typeof thresholdsView> => ({
  scope: kind,
  scopeId,
  source:
    SOURCES.find((name) => levels.some(({ source }) => kindOfSource(source) === name)) ?? 'builtin',
  levels: levels.map((level) => levelInForceViewOf({ scope: kind, scopeId }, level)),
});

function kindOfSource(source: LevelSource): string {
  if (source.kind === 'builtin') return 'builtin';
  return source.kind === 'defaults' ? (source.owner.split('/')[0] ?? '') : 'scope';
}

/** The API's view of a level in force. */
export const levelInForceViewOf = (target: NamedScope, { source, ...level }: LevelInForce) => ({
  ...levelViewOf(level),
  source: sourceTextOf(target, source),
});

export type NamedScope = { scope: string; scopeId: string };

/** `user/ada/daily`, `user/ada`, `organization/acme` or `builtin`. */
function sourceTextOf({ scope: kind, scopeId }: NamedScope, source: LevelSource): string {
  switch (source.kind) {
    case 'budget':
      return `${kind}/${scopeId}/${source.period}`;
    case 'scope':
      return `${kind}/${scopeId}`;
    case 'defaults':
      return source.owner;
    case 'builtin':
      return 'builtin';
  }
}

export type LevelView = ReturnType<typeof levelViewOf>;

/** The API's view of a level. */
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
