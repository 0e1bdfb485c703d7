import * as z from 'zod';
import type { Workflow } from '../domain/ledger/workflow.ts';
import { restOf } from '../domain/ledger/workflow.ts';
import { formatUsd } from '../domain/money.ts';
import { holdSeconds, instantText, usdText } from './fields.ts';
import {
  workflowPredictionView,
  type workflowPredictionViewOf,
  workflowSteps,
} from './predictions.ts';
import { defineRoute } from './route.ts';

const STATES = {
  reserved: 'open',
  voided: 'closed',
  expired: 'expired',
  settled: 'closed',
} as const;

const workflowView = z
  .object({
    workflowId: z.string().meta({ example: '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44' }),
    state: z.enum(['open', 'closed', 'expired']),
    system: z.string(),
    userId: z.string(),
    departmentId: z.string().optional(),
    sessionId: z.string().optional(),
    allocatedUsd: usdText.meta({ description: 'What it held when it was opened' }),
    drawnUsd: usdText.meta({ description: 'What its calls hold or have spent of it' }),
    remainingUsd: usdText.meta({ description: 'What its calls can still draw' }),
    releasedUsd: usdText.meta({ description: 'What went back to the budgets at its end' }),
    createdAt: instantText,
    expiresAt: instantText,
    closedAt: instantText.optional(),
    budgets: z
      .array(z.string())
      .meta({ description: 'Budgets and periods in which the money is held' }),
  })
  .meta({ id: 'Workflow' });

const openedView = workflowView
  .extend(
    workflowPredictionView.pick({
      steps: true,
      expectedCostUsd: true,
      upperBoundProbability: true,
      ceilingUsd: true,
    }).shape,
  )
  .meta({ id: 'OpenedWorkflow' });

const openBody = z
  .strictObject({
    steps: workflowSteps.meta({
      description:
        'As in POST /v1/predictions. All steps have the same userId, departmentId and system',
    }),
    holdSeconds: holdSeconds.optional(),
  })
  .meta({ id: 'WorkflowInput' });

const path = z.strictObject({ id: z.string().max(128) });

export const workflowRoutes = {
  openWorkflow: defineRoute({
    method: 'POST',
    path: '/v1/workflows',
    summary: 'Hold the money of a run of steps at once; its calls draw from it by workflowId',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'principals', in: 'body' },
    body: openBody,
    maxBodyBytes: 1024 * 1024,
    idempotencyKey: 'identifies',
    problems: ['unknown-price', 'budget-exceeded', 'control-in-force'],
    responses: { 201: { description: 'The money is held', schema: openedView } },
  }),
  getWorkflow: defineRoute({
    method: 'GET',
    path: '/v1/workflows/{id}',
    summary: 'What a workflow held, and what is left of it',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'record' },
    params: path,
    problems: ['not-found'],
    responses: { 200: { description: 'The workflow', schema: workflowView } },
  }),
  closeWorkflow: defineRoute({
    method: 'POST',
    path: '/v1/workflows/{id}/close',
    summary:
      'Give back what the calls of a workflow did not draw; a repeat returns the same answer',
    idempotencyKey: 'remembered',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'record' },
    params: path,
    problems: ['not-found'],
    responses: { 200: { description: 'Closed, or expired before', schema: workflowView } },
  }),
};

/** A workflow as its callers see it. */
export function workflowViewOf(workflow: Workflow, nowMs: number): z.output<typeof workflowView> {
  const { entryId, state, openedNanoUsd, amountNanoUsd, occurredAtMs, expiresAtMs } = workflow;
  const { system, userId, departmentId, sessionId, closedAtMs, balances } = workflow;
  const isOver = state === 'reserved' && (expiresAtMs ?? 0) <= nowMs;
  return {
    workflowId: entryId,
    state: isOver ? 'expired' : STATES[state],
    system,
    userId,
    departmentId,
    sessionId,
    allocatedUsd: formatUsd(openedNanoUsd),
    drawnUsd: formatUsd(openedNanoUsd - amountNanoUsd),
    remainingUsd: formatUsd(restOf(workflow, nowMs)),
    releasedUsd: formatUsd(state === 'reserved' ? 0n : amountNanoUsd),
    createdAt: new Date(occurredAtMs).toISOString(),
    expiresAt: new Date(expiresAtMs ?? occurredAtMs).toISOString(),
    closedAt: closedAtMs === undefined ? undefined : new Date(closedAtMs).toISOString(),
    budgets: balances,
  };
}

/** The same with what was predicted. */
export function openedViewOf(
  workflow: Workflow,
  {
    steps,
    expectedCostUsd,
    upperBoundProbability,
    ceilingUsd,
  }: ReturnType<typeof workflowPredictionViewOf>,
  nowMs: number,
): z.output<typeof openedView> {
  const prediction = { steps, expectedCostUsd, upperBoundProbability, ceilingUsd };
  return { ...workflowViewOf(workflow, nowMs), ...prediction };
}
