import * as z from 'zod';
import { displayNameText } from './display-name-text.ts';
import { type Control, type ControlChange, controlIdOf } from '../domain/controls/control.ts';
import { type Restriction, THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import { measuredMembers } from '../domain/controls/spend-unit.ts';
import { LEVEL_NAMES, WATCHED_PERIODS } from '../domain/controls/thresholds.ts';
import { shownId, type SpelledScope } from '../domain/scopes.ts';
import { SEVERITIES } from '../domain/severity.ts';
import {
  identifier,
  instant,
  instantText,
  pageCursor,
  pageLimit,
  plainText,
  scope,
} from './fields.ts';
import { measuredSpend } from './measured-spend.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';

const ACTIONS = ['throttle', 'disable', 'shutdown'] as const;
const reason = plainText(200).min(1, 'must not be empty');

export const postControlBody = z
  .strictObject({
    scope,
    scopeId: identifier,
    action: z.enum(ACTIONS),
    tier: z.literal(THROTTLE_TIERS).optional(),
    spares: z.enum(SEVERITIES).optional(),
    reason,
    expiresAt: instant.optional().meta({ description: 'Default: until it is reversed' }),
  })
  .superRefine(({ action, tier, spares }, context) => {
    if (action === 'throttle' && tier === undefined) {
      context.addIssue({ code: 'custom', path: ['tier'], message: 'is required for throttle' });
    }
    if (action !== 'throttle' && (tier ?? spares) !== undefined) {
      const path = [tier === undefined ? 'spares' : 'tier'];
      context.addIssue({ code: 'custom', path, message: 'requires the action throttle' });
    }
  })
  .meta({ id: 'ControlInput' });

export const reverseControlBody = z.strictObject({ reason }).meta({ id: 'ReversalInput' });

export const controlView = z
  .object({
    controlId: z.string(),
    scope,
    scopeId: z.string(),
    displayName: displayNameText.optional(),
    action: z.enum(ACTIONS),
    tier: z.literal(THROTTLE_TIERS).optional(),
    spares: z.enum(SEVERITIES).optional(),
    origin: z.enum(['automatic', 'manual']),
    actor: z.string(),
    reason: z.string(),
    evidence: z
      .object({
        level: z.enum(LEVEL_NAMES),
        period: z.enum(WATCHED_PERIODS),
        periodKey: z.string(),
        ...measuredSpend,
      })
      .optional()
      .meta({ description: 'For an automatic control' }),
    appliedAt: instantText,
    changedAt: instantText,
    expiresAt: instantText.optional(),
  })
  .meta({ id: 'Control' });
export type ControlView = z.output<typeof controlView>;

const actionView = z
  .object({
    at: instantText,
    scope,
    scopeId: z.string(),
    displayName: displayNameText.optional(),
    controlId: z.string().optional(),
    change: z.string().meta({
      description:
        'applied, hardened, eased, recovered, expired or reversed; breached for a breach',
    }),
    action: z.string(),
    actor: z.string(),
    reason: z.string(),
    evidence: z.unknown(),
  })
  .meta({ id: 'ControlAction' });

const READERS = ['viewer', 'caller', 'operator', 'admin'] as const;
const page = z.strictObject({ limit: pageLimit, cursor: pageCursor });

export const controlRoutes = {
  listControls: defineRoute({
    method: 'GET',
    path: '/v1/controls',
    summary: 'The controls in force: who is throttled, disabled or shut down, and why',
    roles: READERS,
    access: { subject: 'scope', in: 'query' },
    query: z.strictObject({ ...scopeFilter, ...page.shape }).superRefine(requireWholeScope),
    responses: {
      200: {
        description: 'A page of controls, ordered by scope',
        schema: z.object({ items: z.array(controlView), nextCursor: z.string().optional() }),
      },
    },
  }),
  applyControl: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/controls',
    summary: 'Restrict a scope manually; this replaces an earlier manual control',
    roles: ['operator', 'admin'],
    access: { subject: 'scope', in: 'body' },
    body: postControlBody,
    problems: ['not-found'],
    responses: { 201: { description: 'The control in force', schema: controlView } },
  }),
  reverseControl: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/controls/{id}/reverse',
    summary:
      'End a control; an automatic one returns only for a more severe reason or in a new period',
    roles: ['operator', 'admin'],
    access: { subject: 'record' },
    params: z.strictObject({ id: z.string().min(1).max(1_000) }),
    body: reverseControlBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The control before it ended', schema: controlView } },
  }),
  listControlActions: defineRoute({
    method: 'GET',
    path: '/v1/controls/actions',
    summary: 'Actions taken: on whom, by whom and why, newest first',
    roles: READERS,
    access: { subject: 'organization' },
    query: page,
    responses: {
      200: {
        description: 'A page of actions',
        schema: z.object({ items: z.array(actionView), nextCursor: z.string().optional() }),
      },
    },
  }),
};

/** The API's view of a control. */
export function controlViewOf(control: Control): ControlView {
  const { cause, expiresAtMs } = control;
  return {
    controlId: controlIdOf(control),
    scope: control.scope,
    scopeId: shownId(control),
    displayName: control.displayName,
    ...control.restriction,
    origin: control.origin,
    actor: control.actor,
    reason: control.reason,
    ...(cause
      ? {
          evidence: {
            level: cause.level,
            period: cause.period,
            periodKey: cause.periodKey,
            ...measuredMembers(cause, cause.spent, cause.limit),
          },
        }
      : {}),
    appliedAt: new Date(control.appliedAtMs).toISOString(),
    changedAt: new Date(control.changedAtMs).toISOString(),
    ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
  };
}

type TakenAction = SpelledScope & {
  atMs: number;
  controlId?: string | undefined;
  change?: ControlChange['change'] | undefined;
  action: string;
  actor: string;
  reason: string;
  evidence: unknown;
};

/** The API's view of an action taken on a scope. */
export const controlActionViewOf = (action: TakenAction): z.output<typeof actionView> => ({
  at: new Date(action.atMs).toISOString(),
  scope: action.scope,
  scopeId: shownId(action),
  displayName: action.displayName,
  controlId: action.controlId,
  change: action.change ?? 'breached',
  action: action.action,
  actor: action.actor,
  reason: action.reason,
  evidence: action.evidence,
});

/** The restriction that a person requests. */
export const restrictionOf = ({
  action,
  tier,
  spares,
}: Pick<z.output<typeof postControlBody>, 'action' | 'tier' | 'spares'>): Restriction =>
  action === 'throttle' ? { action, tier: tier ?? 1, ...(spares ? { spares } : {}) } : { action };
