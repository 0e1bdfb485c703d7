import { workflowPredictionViewOf } from '../../contracts/predictions.ts';
import {
  openedViewOf,
  workflowRoutes as routes,
  workflowViewOf,
} from '../../contracts/workflows.ts';
import {
  closeWorkflow,
  findWorkflow,
  noWorkflow,
} from '../../services/reservations/close-workflow.ts';
import { openWorkflow, type OpenWorkflowDeps } from '../../services/reservations/open-workflow.ts';
import { refusalOf } from '../../services/reservations/refusals.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Opens, shows and closes workflows. */
export const createHandler = (deps: Edge & OpenWorkflowDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.openWorkflow, async ({ body, call, nowMs, idempotencyKey }) => {
      const outcome = await openWorkflow(deps, call, body, idempotencyKey);
      if (outcome.kind !== 'reserved') {
        throw refusalOf(outcome, { nowMs, holdMs: deps.holdMs, severity: undefined });
      }
      const { workflow, price, isReplayed } = outcome;
      const prediction = workflowPredictionViewOf(price, workflow.entryId);
      return {
        status: 201,
        headers: {
          'x-purser-decision': 'proceed',
          location: `/v1/workflows/${workflow.entryId}`,
          ...(isReplayed ? { 'x-purser-replayed': 'true' } : {}),
        },
        body: openedViewOf(workflow, prediction, nowMs),
      };
    }),

    endpoint(routes.getWorkflow, async ({ params, caller, nowMs }) => ({
      status: 200,
      body: workflowViewOf(await ownWorkflow(deps, caller, params.id), nowMs),
    })),

    endpoint(routes.closeWorkflow, async ({ params, caller, nowMs }) => {
      const workflow = await ownWorkflow(deps, caller, params.id);
      return {
        status: 200,
        body: workflowViewOf(await closeWorkflow(deps, workflow, nowMs), nowMs),
      };
    }),
  ]);

async function ownWorkflow({ ledger }: OpenWorkflowDeps, caller: Caller, workflowId: string) {
  const workflow = await findWorkflow(ledger, caller.organizationId, workflowId);
  requireRecord(caller, workflow, noWorkflow);
  return workflow;
}
