import type { EvaluationPart } from './evaluation-part.ts';
import { advice } from './parts/advice.ts';
import { anomalies } from './parts/anomalies.ts';
import { costPerRequest } from './parts/cost-per-request.ts';
import { forecasts } from './parts/forecasts.ts';
import { modelSelection } from './parts/model-selection.ts';
import { newSpenders } from './parts/new-spenders.ts';
import { patterns } from './parts/patterns.ts';
import { promptShapes } from './parts/prompt-shapes.ts';
import { reservations } from './parts/reservations.ts';
import { steps } from './parts/steps.ts';
import { sums } from './parts/sums.ts';
import { tokenEstimates } from './parts/token-estimates.ts';

/** The parts of the evaluation, in report order. Add a line to add a part. */
export const EVALUATION_PARTS: readonly EvaluationPart[] = [
  costPerRequest,
  promptShapes,
  sums,
  reservations,
  modelSelection,
  forecasts,
  patterns,
  anomalies,
  tokenEstimates,
  advice,
  newSpenders,
  steps,
];
