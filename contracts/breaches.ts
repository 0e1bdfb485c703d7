import * as z from 'zod';
import { displayNameText } from './display-name-text.ts';
import type { Breach } from '../domain/controls/breaches.ts';
import { measuredMembers } from '../domain/controls/spend-unit.ts';
import {
  CONTROL_ACTIONS,
  type ControlAction,
  LEVEL_NAMES,
  WATCHED_PERIODS,
} from '../domain/controls/thresholds.ts';
import { shownId } from '../domain/scopes.ts';
import { instantText, pageCursor, pageLimit, scope } from './fields.ts';
import { measuredSpend } from './measured-spend.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';

export const breachView = z
  .object({
    scope,
    scopeId: z.string(),
    displayName: displayNameText.optional(),
    level: z.enum(LEVEL_NAMES),
    period: z.enum(WATCHED_PERIODS),
    periodKey: z.string().meta({ example: '2026-11-21' }),
    ...measuredSpend,
    percent: z.number().optional(),
    raisedAt: instantText,
    action: z.enum(CONTROL_ACTIONS).meta({ description: 'The action taken' }),
    configuredAction: z.enum(CONTROL_ACTIONS),
    notification: z.enum(['pending', 'sent', 'suppressed']),
    notifiedAt: instantText.optional(),
  })
  .meta({ id: 'Breach' });

export const breachRoutes = {
  listBreaches: defineRoute({
    method: 'GET',
    path: '/v1/breaches',
    summary:
      'Breached thresholds, newest first, or by period for one scope; each is raised once per period',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'scope', in: 'query' },
    query: z
      .strictObject({ ...scopeFilter, limit: pageLimit, cursor: pageCursor })
      .superRefine(requireWholeScope),
    responses: {
      200: {
        description: 'A page of breaches',
        schema: z.object({ items: z.array(breachView), nextCursor: z.string().optional() }),
      },
    },
  }),
};

type Raised = Breach & {
  raisedAtMs: number;
  executedAction: ControlAction;
  notification: 'pending' | 'sent' | 'suppressed';
  notifiedAtMs?: number | undefined;
};

/** The API's view of a breach. */
export function breachViewOf(breach: Raised): z.output<typeof breachView> {
  const { level, notifiedAtMs } = breach;
  return {
    scope: breach.scope,
    scopeId: shownId(breach),
    displayName: breach.displayName,
    level: level.name,
    period: breach.period,
    periodKey: breach.periodKey,
    ...measuredMembers(breach, breach.spent, breach.limit),
    percent: 'percentHundredths' in level ? level.percentHundredths / 100 : undefined,
    raisedAt: new Date(breach.raisedAtMs).toISOString(),
    action: breach.executedAction,
    configuredAction: level.action,
    notification: breach.notification,
    notifiedAt: notifiedAtMs === undefined ? undefined : new Date(notifiedAtMs).toISOString(),
  };
}
