import * as z from 'zod';
import { ENFORCEMENTS, EXPIRY_POLICIES } from '../domain/ledger/budget.ts';
import type { EffectiveValue, MemberStanding } from '../domain/members/effective-defaults.ts';
import {
  type DefaultBudget,
  DEFAULTS_OWNERS,
  type DefaultsRule,
  MEMBER_KINDS,
  type MemberDefaults,
} from '../domain/members/member-defaults.ts';
import { type Period, PERIODS } from '../domain/periods.ts';
import { shownId } from '../domain/scopes.ts';
import {
  holdSeconds,
  identifier,
  idleSeconds,
  instantText,
  period,
  scope,
  timeZone,
  usd,
} from './fields.ts';
import {
  budgetLimit,
  limitMembers,
  limitMembersOf,
  limitsOf,
  requireOneLimit,
} from './budget-limits.ts';
import type { Role } from '../domain/access/caller.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope } from './scope-filter.ts';
import {
  departmentOfUser,
  levelInForceView,
  levelInForceViewOf,
  levelList,
  levelView,
  levelViewOf,
  type NamedScope,
} from './thresholds.ts';

const member = z.enum(MEMBER_KINDS).meta({
  description: 'Who gets the defaults: users, sessions of agents, or API keys',
});
const ownerScope = z.enum(DEFAULTS_OWNERS);
const rulePath = z.strictObject({ scope: ownerScope, scopeId: identifier, member });

/** The same field for each period. */
const perPeriod = <Field extends z.ZodType>(field: Field): Record<Period, Field> =>
  Object.fromEntries(PERIODS.map((name) => [name, field])) as Record<Period, Field>;

const budgetInput = z
  .strictObject({
    limitUsd: usd.optional().meta({
      description: 'The same as limit.usd. A new budget needs a limit',
    }),
    limit: budgetLimit.optional(),
    timeZone: timeZone.nullish().meta({ description: 'Default: UTC' }),
    enforcement: z.enum(ENFORCEMENTS).nullish().meta({ description: 'Default: enforce' }),
    onExpiry: z.enum(EXPIRY_POLICIES).nullish().meta({ description: 'Default: presume' }),
  })
  .superRefine(requireOneLimit)
  .transform(({ limitUsd, limit, ...rest }) => ({ ...rest, ...limitsOf({ limitUsd, limit }) }))
  .meta({ id: 'DefaultBudgetInput' });

export const putDefaultsBody = z
  .strictObject({
    budgets: z.strictObject(perPeriod(budgetInput.nullish())).nullish(),
    levels: levelList.nullish().meta({
      description:
        'Levels of members. For each period, levels that were set on the member itself or that came with its budget replace them',
    }),
    holdSeconds: holdSeconds.nullish(),
    idleSeconds: idleSeconds.nullish().meta({
      description: 'For sessions: how long a session may be idle before it ends',
    }),
  })
  .meta({
    id: 'DefaultsInput',
    description: 'Fields that are left out stay unchanged; null removes a default',
  });

const budgetFields = {
  ...limitMembers,
  timeZone: z.string(),
  enforcement: z.enum(ENFORCEMENTS),
  onExpiry: z.enum(EXPIRY_POLICIES),
};

const ruleView = z
  .object({
    scope: ownerScope,
    scopeId: z.string(),
    member,
    version: z.int().meta({ description: 'Rises with every change of the rule' }),
    updatedAt: instantText,
    budgets: z.object(perPeriod(z.object(budgetFields).optional())),
    levels: z.array(levelView),
    holdSeconds: z.int().nullable(),
    idleSeconds: z.int().nullable(),
  })
  .meta({ id: 'Defaults' });

const changedRuleView = ruleView
  .extend({
    changed: z.array(z.string()).meta({
      description: 'What this request changed',
      example: ['budgets.daily', 'holdSeconds'],
    }),
  })
  .meta({ id: 'ChangedDefaults' });

const source = z.string().meta({
  description: 'What set the value: the scope itself, the owner of a rule, or builtin',
  example: 'organization/acme',
});
const effectiveSeconds = z
  .object({ value: z.int(), source, version: z.int() })
  .nullable()
  .meta({ description: 'null: nobody set it, and the deployment decides' });

const effectiveView = z
  .object({
    scope: z.string(),
    scopeId: z.string(),
    budgets: z.array(
      z.object({
        period,
        ...budgetFields,
        source,
        version: z.int().optional(),
      }),
    ),
    levels: z.array(levelInForceView),
    holdSeconds: effectiveSeconds,
    idleSeconds: effectiveSeconds,
  })
  .meta({ id: 'EffectiveDefaults' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];
const RULE = '/v1/defaults/{scope}/{scopeId}/{member}';

export const defaultsRoutes = {
  listDefaults: defineRoute({
    method: 'GET',
    path: '/v1/defaults',
    summary: 'Every rule that sets defaults for members, and what it sets',
    roles: readers,
    access: { subject: 'organization' },
    responses: {
      200: {
        description: 'All rules',
        schema: z.object({ items: z.array(ruleView) }).meta({ id: 'DefaultsList' }),
      },
    },
  }),
  getEffectiveDefaults: defineRoute({
    method: 'GET',
    path: '/v1/defaults/effective',
    summary: 'The budgets, levels and times in force for one member, and what set each of them',
    roles: readers,
    access: { subject: 'scope', in: 'query' },
    query: z
      .strictObject({
        scope: z
          .union([scope, member])
          .optional()
          .meta({ description: 'Default: the whole organization' }),
        scopeId: identifier.optional(),
        departmentId: departmentOfUser,
      })
      .superRefine(requireWholeScope),
    problems: ['not-found'],
    responses: { 200: { description: 'What is in force', schema: effectiveView } },
  }),
  getDefaults: defineRoute({
    method: 'GET',
    path: RULE,
    summary: 'The defaults that an organization or a department sets for its members',
    roles: readers,
    access: { subject: 'organization' },
    params: rulePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The rule', schema: ruleView } },
  }),
  putDefaults: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: RULE,
    summary: 'Set or change defaults; members follow with their next request',
    roles: keepers,
    access: { subject: 'organization' },
    params: rulePath,
    body: putDefaultsBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The rule now', schema: changedRuleView } },
  }),
  deleteDefaults: defineRoute({
    method: 'DELETE',
    idempotencyKey: 'remembered',
    path: RULE,
    summary: 'Remove a rule; its members fall back to the rules above it',
    roles: keepers,
    access: { subject: 'organization' },
    params: rulePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The rule before its removal', schema: ruleView } },
  }),
};

/** The API's view of a rule. */
export const ruleViewOf = ({
  owner,
  member: kind,
  defaults,
  version,
  updatedAtMs,
}: DefaultsRule): z.output<typeof ruleView> => ({
  scope: owner.scope,
  scopeId: shownId(owner),
  member: kind,
  version,
  updatedAt: new Date(updatedAtMs).toISOString(),
  ...defaultsViewOf(defaults),
});

/** What a rule sets, for responses and the audit log. */
export const defaultsViewOf = ({ budgets = {}, levels = [], ...seconds }: MemberDefaults) => ({
  budgets: Object.fromEntries(
    PERIODS.flatMap((name) => {
      const budget = budgets[name];
      if (!budget) return [];
      return [[name, budgetFieldsOf(budget)]];
    }),
  ),
  levels: levels.map(levelViewOf),
  holdSeconds: seconds.holdSeconds ?? null,
  idleSeconds: seconds.idleSeconds ?? null,
});

/** The API's view of what is in force for a member. */
export const effectiveViewOf = (
  target: NamedScope,
  { budgets, levels, holdSeconds: hold, idleSeconds: idle }: MemberStanding,
): z.output<typeof effectiveView> => ({
  scope: target.scope,
  scopeId: target.scopeId,
  budgets: budgets.map(({ period: name, value, ...from }) => ({
    period: name,
    ...budgetFieldsOf(value),
    ...from,
  })),
  levels: levels.map((level) => levelInForceViewOf(target, level)),
  holdSeconds: secondsViewOf(hold),
  idleSeconds: secondsViewOf(idle),
});

const budgetFieldsOf = (budget: DefaultBudget) => ({
  ...limitMembersOf(budget),
  timeZone: budget.timeZone,
  enforcement: budget.enforcement,
  onExpiry: budget.onExpiry ?? 'presume',
});

const secondsViewOf = (seconds: EffectiveValue<number> | undefined) =>
  seconds?.version === undefined ? null : { ...seconds, version: seconds.version };
