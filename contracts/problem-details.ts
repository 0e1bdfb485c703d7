import * as z from 'zod';
import { SEVERITIES } from '../domain/severity.ts';
import { budgetView } from './budgets.ts';
import { controlView } from './controls.ts';
import { instantText, usdText } from './fields.ts';
import { PROBLEMS, problemTypeUri, type ProblemType } from './problem.ts';
import type { Route } from './route.ts';

const severity = z.enum(SEVERITIES).optional().meta({
  description: 'The severity that counts, where the ceiling of the credentials lowered it',
});
const underControl = {
  decision: z.literal('reject'),
  code: z.literal('control_in_force'),
  control: controlView,
  severity,
};

/** The members of each problem type besides those that all have. */
const MEMBERS: { [Type in ProblemType]?: z.ZodRawShape } = {
  'budget-exceeded': {
    decision: z.literal('reject'),
    code: z.literal('budget_exceeded'),
    decidingBudgetId: z.string(),
    budget: budgetView,
    neededUsd: usdText,
    unit: z
      .enum(['usd', 'requests', 'tokens'])
      .meta({ description: 'What the deciding budget is short of' }),
    needed: z.string().meta({ description: 'How much of that unit the request needs' }),
    because: z.enum(['spent', 'held']).meta({
      description: 'held: the money may come back before the budget resets',
    }),
    resetsAt: instantText.optional(),
    severity,
  },
  'control-in-force': underControl,
  throttled: underControl,
  'costs-disputed': {
    code: z.literal('costs_disputed'),
    keyId: z.string(),
    disputedUsd: usdText,
  },
  underdeclared: { code: z.literal('underdeclared'), keyId: z.string() },
  conflict: {
    reservationId: z.string().optional().meta({
      description: 'The reservation that this Idempotency-Key made and that is closed already',
    }),
    state: z.enum(['reserved', 'settled', 'voided', 'expired']).optional(),
  },
  'rate-limited': {
    routeClass: z.enum(['spend', 'read', 'change']).optional(),
    limitPerSecond: z.number().optional(),
    retryAfterSeconds: z.int().optional(),
  },
};

const schemaOf = (type: ProblemType) =>
  z
    .object({
      type: z.literal(problemTypeUri(type)),
      title: z.literal(PROBLEMS[type].title),
      status: z.literal(PROBLEMS[type].status),
      detail: z.string(),
      errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
      requestId: z.string(),
      ...MEMBERS[type],
    })
    .meta({
      id: `${type.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Problem`,
    });

/** The schema of each problem type. A response has no other members. */
export const PROBLEM_SCHEMAS = new Map(
  (Object.keys(PROBLEMS) as ProblemType[]).map((type) => [type, schemaOf(type)]),
);

/** Every problem of a route: those of its kind of route, and those that it declares. */
export function problemsOf({
  roles,
  method,
  idempotencyKey,
  problems = [],
}: Pick<Route, 'roles' | 'method' | 'idempotencyKey' | 'problems'>): ProblemType[] {
  const guarded: ProblemType[] = [
    'invalid-request',
    'unauthorized',
    'forbidden',
    'rate-limited',
    'unavailable',
  ];
  const types: ProblemType[] = [
    ...(roles === 'public' ? [] : guarded),
    ...(method === 'GET' ? [] : (['payload-too-large', 'unsupported-media-type'] as const)),
    ...(idempotencyKey ? (['conflict'] as const) : []),
    ...problems,
    'internal',
  ];
  return [...new Set(types)].toSorted((a, b) => PROBLEMS[a].status - PROBLEMS[b].status);
}
