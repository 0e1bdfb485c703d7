import * as z from 'zod';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { BUDGET_CHANGES } from '../domain/events/budget-event.ts';
import { END_CAUSES, END_STATES } from '../domain/jobs/job.ts';
import type { EventKind } from '../domain/events/purser-event.ts';

/** Grows when a member changes its meaning or leaves. New members do not count. */
export const EVENT_VERSION = 1;

const text = z.string();
const of = { scope: text, scopeId: text };
const measured = {
  spentUsd: text.optional(),
  limitUsd: text.optional(),
  unit: text.optional(),
  used: text.optional(),
  limit: text.optional(),
};
const control = { ...of, controlId: text, change: text, action: text, restriction: text };

const limits = {
  limitUsdBefore: text.optional(),
  limitUsdAfter: text.optional(),
  limitRequestsBefore: text.optional(),
  limitRequestsAfter: text.optional(),
  limitTokensBefore: text.optional(),
  limitTokensAfter: text.optional(),
};

/** The members of `data` by kind. Amounts are decimal text, counts are integers as text. */
const DATA = {
  breach: z.looseObject({
    ...of,
    level: text,
    period: text.optional(),
    periodKey: text.optional(),
    ...measured,
    action: text.optional(),
    configuredAction: text.optional(),
    raisedAt: text.optional(),
    breaches: text.optional(),
    scopes: text.optional(),
    keyId: text.optional(),
    users: text.optional(),
  }),
  control_applied: z.looseObject(control),
  control_ended: z.looseObject(control),
  anomaly: z.looseObject({ ...of, from: text, actualUsd: text, expectedUsd: text }),
  new_spender: z.looseObject({
    dimension: text.meta({ description: 'system, department, user or model' }),
    value: text,
    firstDay: z.iso.date(),
    day: z.iso.date().meta({ description: 'UTC day that costUsd and billUsd are of' }),
    costUsd: text,
    billUsd: text,
    replaces: text.optional().meta({ description: 'Value that did this work before' }),
  }),
  step: z.looseObject({
    ...of,
    direction: z.enum(['above', 'below']),
    since: text.meta({ description: 'First UTC day of the new level' }),
    beforeUsd: text.meta({ description: 'A usual day before' }),
    sinceUsd: text.meta({ description: 'A usual day since' }),
  }),
  forecast_crossing: z.looseObject({
    ...of,
    period: text,
    periodKey: text,
    ...measured,
    projectedUsd: text.optional(),
    projected: text.optional(),
    crossesAt: text,
  }),
  price_proposed: z.looseObject({ digest: text, applied: text, waiting: text, models: text }),
  budget_changed: z.looseObject({
    ...of,
    period: text,
    change: z.enum(BUDGET_CHANGES),
    actor: text.meta({ description: 'Id of the key or subject of the token; `automatic`' }),
    ...limits,
    adjustmentId: text.optional(),
    addUsd: text.optional(),
    addRequests: text.optional(),
    addTokens: text.optional(),
    until: text.optional(),
    reason: text.optional(),
    from: text.optional(),
    amountUsd: text.optional(),
  }),
  reservation_expired: z.looseObject({
    reservationId: text,
    budgets: text
      .optional()
      .meta({ description: 'Ids of the budgets that held it, with commas between' }),
    userId: text,
    departmentId: text.optional(),
    system: text,
    model: text,
    sessionId: text.optional(),
    keyId: text.optional(),
    workflowId: text
      .optional()
      .meta({ description: 'The workflow that it drew from, or that expired' }),
    outcome: z.enum(['released', 'presumed_spent']),
    heldUsd: text,
    chargedUsd: text,
    reservedAt: z.iso.datetime(),
    ageSeconds: text,
  }),
  ledger_violation: z.looseObject({ balance: text, violation: text }),
  savings_reported: z.looseObject({
    subscription: text,
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    realizedUsd: text.meta({ description: 'What accepted advice saved from `from` to `to`' }),
    leastRealizedUsd: text.meta({ description: 'Lower end of its interval, of at least 90 %' }),
    mostRealizedUsd: text,
    measured: text.meta({ description: 'How many accepted recommendations that is of' }),
    routingSavedUsd: text.meta({ description: 'Net of routingLostCacheUsd' }),
    routingLostCacheUsd: text,
    cacheSavedUsd: text.meta({ description: "By the providers' caches of prompts" }),
    answersSavedUsd: text
      .optional()
      .meta({ description: "What answers from Purser's own cache had cost" }),
    openUsdPerMonth: text.meta({ description: 'What open advice would save, each route once' }),
    openIds: text.meta({
      description:
        'Ids of open recommendations, the largest first, with commas between; at most 10',
    }),
  }),
  job_finished: z.looseObject({
    jobId: text,
    state: z.enum(END_STATES),
    reason: z
      .enum(END_CAUSES)
      .optional()
      .meta({ description: 'Why it did not succeed; GET /v1/jobs/{id} says it in a sentence' }),
    costUsd: text.optional(),
    savedUsd: text
      .optional()
      .meta({ description: 'What a batch or the flex tier saved against the usual price' }),
    reservationId: text.optional(),
    attempts: text,
    turns: text.meta({ description: 'How often it was started' }),
    userId: text,
    departmentId: text.optional(),
    system: text,
    model: text,
    sessionId: text.optional(),
    submittedAt: z.iso.datetime(),
    ageSeconds: text,
  }),
} satisfies Record<EventKind, z.ZodType>;

const schemaOf = <Kind extends EventKind>(kind: Kind) =>
  z.object({
    version: z.literal(EVENT_VERSION),
    id: text.min(1).meta({ description: 'The same if the event is put again' }),
    kind: z.literal(kind),
    environment: text.min(1),
    region: text.min(1),
    organizationId: text.min(1),
    at: z.iso.datetime(),
    severity: z.enum(LEVEL_NAMES).optional(),
    title: text.meta({ description: 'One line for people' }),
    data: DATA[kind],
  });

/** The `detail` of an event on the bus, by its `detail-type`. */
export const EVENT_DETAILS = {
  breach: schemaOf('breach'),
  control_applied: schemaOf('control_applied'),
  control_ended: schemaOf('control_ended'),
  anomaly: schemaOf('anomaly'),
  step: schemaOf('step'),
  forecast_crossing: schemaOf('forecast_crossing'),
  price_proposed: schemaOf('price_proposed'),
  budget_changed: schemaOf('budget_changed'),
  reservation_expired: schemaOf('reservation_expired'),
  ledger_violation: schemaOf('ledger_violation'),
  savings_reported: schemaOf('savings_reported'),
  job_finished: schemaOf('job_finished'),
  new_spender: schemaOf('new_spender'),
} satisfies Record<EventKind, z.ZodType>;

export type EventDetail = z.output<(typeof EVENT_DETAILS)[EventKind]>;
