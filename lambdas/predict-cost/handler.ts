import { predictionRoutes as routes } from '../../contracts/predictions.ts';
import { type PredictCostDeps, predictCost } from '../../services/prediction/predict-cost.ts';
import { predictWorkflow } from '../../services/prediction/predict-workflow.ts';
import { selectionRoutes, selectionViewOf } from '../../contracts/selections.ts';
import { loweredSeverity, underCeiling } from '../../domain/severity.ts';
import { refusalOf } from '../../services/reservations/refusals.ts';
import { selectModel, type SelectDeps } from '../../services/selection/select-model.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** When a refusal says that held money may be released, it is within this time. */
const LONGEST_HOLD_MS = 86_400_000;

/** Predicts the cost of an AI request or a workflow, and selects the model for a request. */
export const createHandler = (deps: Edge & PredictCostDeps & SelectDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.createPrediction, async ({ body, call }) => {
      const prediction =
        body.kind === 'request'
          ? await predictCost(deps, call, body.request)
          : await predictWorkflow(deps, call, body.steps);
      return {
        status: 200,
        body: prediction,
        headers: { 'x-purser-cost-usd': prediction.expectedCostUsd },
      };
    }),
    endpoint(selectionRoutes.selectModel, async ({ body, caller, call, nowMs }) => {
      const request = underCeiling(body.request, caller.severityCeiling);
      const outcome = await selectModel(deps, call, request, body.budget);
      if (outcome.kind !== 'selected') {
        const severity = loweredSeverity(request);
        throw refusalOf(outcome, { nowMs, holdMs: LONGEST_HOLD_MS, severity });
      }
      const { kind: _, ...selection } = outcome;
      return {
        status: 200,
        body: selectionViewOf(selection),
        headers: { 'x-purser-decision': selection.decision },
      };
    }),
  ]);
