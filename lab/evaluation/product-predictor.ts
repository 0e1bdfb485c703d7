import { createOnlinePredictor } from '../../domain/prediction/online-predictor.ts';
import { quantileOf } from '../../domain/prediction/output-histogram.ts';
import { predictOutput } from '../../domain/prediction/predict-output.ts';
import { shapeOf } from '../../domain/prediction/prompt-shape.ts';
import { routeOf, SESSION_TAG } from '../../domain/prediction/route-statistics.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { type CostPredictor, CURVE_PROBABILITIES } from './figures/blind-run.ts';
import { type KnownRequest, type OwnPrices, requestCostUsd } from './figures/known-request.ts';
import { fitOutputModel, type Sample } from '../../domain/prediction/fit-output-model.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { supplyFor } from '../../domain/selection/supply.ts';
import { quoteRequest } from '../../services/prediction/quote-request.ts';

/**
 * Purser's own predictor as callers see it: quotes by `quoteRequest`, running statistics after
 * every request, and, at the end of training, the regression that the training job would promote.
 */
export function createProductPredictor(): CostPredictor {
  const online = createOnlinePredictor();
  const samples: Sample[] = [];
  let isTraining = true;

  return {
    predict(request) {
      const featured = featuresOf(request);
      const quoteSet = quoteRequest({
        request: {
          ...request,
          userId: request.userId ?? 'unknown',
          tags: request.session === undefined ? undefined : { [SESSION_TAG]: request.session },
        },
        models: [request.model],
        overrides: new Map([[request.model, [rateCardOf(request)]]]),
        state: online.state,
        supply: supplyFor(request, { catalog: builtInCatalog, nowMs: featured.atMs }),
      });
      if (!quoteSet.ok) throw quoteSet.problem;
      const { recommended: quote } = quoteSet;
      const { distribution } = predictOutput(featured, online.state);
      return {
        expectedUsd: Number(quote.expectedCostNanoUsd) / 1e9,
        medianUsd: Number(quote.typicalCost()) / 1e9,
        upperUsd: Number(quote.upperBoundNanoUsd) / 1e9,
        quantilesUsd: CURVE_PROBABILITIES.map((probability) =>
          requestCostUsd(request, Math.ceil(quantileOf(distribution, probability))),
        ),
      };
    },
    learn(request, outputTokens) {
      const sample = { ...featuresOf(request), outputTokens };
      online.learn(routeOf(sample), sample);
      if (isTraining) samples.push(sample);
    },
    endTraining() {
      isTraining = false;
      const nowMs = samples.at(-1)?.atMs ?? 0;
      const backTest = fitOutputModel(samples, { version: 'evaluated', nowMs });
      online.state.model = backTest?.better === true ? backTest.candidate : undefined;
    },
  };
}

const featuresOf = ({
  inputTokens,
  model,
  system,
  operation,
  session,
  prompt,
  atMs = 0,
}: KnownRequest) => ({
  inputTokens,
  model,
  system,
  operation,
  session,
  shape: prompt === undefined ? undefined : shapeOf([{ role: 'user', text: prompt }]),
  atMs,
});

function rateCardOf(request: KnownRequest & OwnPrices): RateCard {
  return {
    model: modelStem(request.model),
    effectiveFromMs: -Infinity,
    source: 'evaluation',
    sourceDate: 'of the request',
    inputNanoUsdPerMillion: BigInt(Math.round(request.inputUsdPerMillion * 1e9)),
    outputNanoUsdPerMillion: BigInt(Math.round(request.outputUsdPerMillion * 1e9)),
  };
}
