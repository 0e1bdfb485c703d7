import type { AiRequest } from '../../contracts/ai-request.ts';
import { ProblemError } from '../../contracts/problem.ts';
import {
  type Catalog,
  type CatalogModel,
  downgradeOf,
  hasRoomFor,
} from '../../domain/catalog/model.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import {
  CONFIDENCE_MARGIN,
  maximumOf,
  predictOutput,
  shareWithin,
} from '../../domain/prediction/predict-output.ts';
import type { OutputDistribution } from '../../domain/prediction/output-histogram.ts';
import { type PredictorState, stateFor } from '../../domain/prediction/predictor-state.ts';
import { type PromptShape, shapeOf } from '../../domain/prediction/prompt-shape.ts';
import { sessionOf } from '../../domain/prediction/route-statistics.ts';
import { typicalOutput } from '../../domain/prediction/typical-cost.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { costOf, type Rate } from '../../domain/pricing/rate.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import type { Basis } from '../../domain/prediction/wider-distribution.ts';
import { inputCounter, type InputCount, messagesOf } from './count-input-tokens.ts';

/**
 * What one model would cost for a request: 0 < expected ≤ upperBound ≤ ceiling, or 0 where nothing is
 * asked for that the model charges.
 */
export type Quote = {
  model: string;
  /** Stored with a reservation, so that the settlement is priced as the reservation was. */
  rate: Rate;
  inputTokens: number;
  expectedOutputTokens: number;
  expectedCostNanoUsd: NanoUsd;
  /** As likely above as below. */
  medianCostNanoUsd: NanoUsd;
  /** For display: close to the median, and right within 10 % as often as can be. */
  typicalCost: () => NanoUsd;
  /** The actual cost stays under it with `upperBoundProbability`. */
  upperBoundNanoUsd: NanoUsd;
  upperBoundProbability: number;
  /** Worst case: the largest input and output at full price. */
  ceilingNanoUsd: NanoUsd;
  /** Part of the upper bound that covers the error of counting the input. */
  inputMarginNanoUsd: NanoUsd;
  /** Probability that the actual cost lies within 25 % of the expected. */
  confidence: number;
  /** For sums of runs: the output's distribution, its maximum, and what an output costs. */
  output: OutputDistribution;
  maxOutputTokens: number;
  costOfOutput: (outputTokens: number) => NanoUsd;
  basis: Basis;
  quality?: number | undefined;
  latencyMs?: number | undefined;
};

export type Quoting =
  | {
      ok: true;
      /** First the model that was asked for, or the recommended one if none was. */
      quotes: Quote[];
      recommended: Quote;
      inputTokens: number;
      maxOutputTokens?: number | undefined;
      predictorVersion: string;
      /** Of the request's text, where it has one. */
      shape?: PromptShape | undefined;
    }
  | { ok: false; problem: ProblemError };

type QuoteRequest = {
  request: AiRequest;
  /** As `modelsToPrice` answered. */
  models: readonly string[];
  /** The organization's own rate cards by the names in `models`. */
  overrides: ReadonlyMap<string, RateCard[]>;
  state: PredictorState;
  nowMs: number;
  catalog?: Catalog | undefined;
};

const MAX_MODELS = 8;

/**
 * Names of the models whose prices a request needs, without repetition: the one asked for, every
 * candidate, then cheaper siblings; without either, models of the catalogue that are good, fast and
 * large enough. At most eight, unless the caller names more candidates.
 */
export function modelsToPrice(request: AiRequest, catalog: Catalog = builtInCatalog): string[] {
  const named = [
    ...(request.model === undefined ? [] : [request.model]),
    ...(request.candidates ?? []),
  ];
  const models = named.length > 0 ? named : suitable(catalog, request).map(({ model }) => model);
  const chosen = new Set(models);
  for (const model of chosen) {
    const cheaper = downgradeOf(model, catalog);
    // A set that grows while it is walked also visits what was added: the whole chain of siblings.
    if (chosen.size < MAX_MODELS && cheaper !== undefined) chosen.add(cheaper);
  }
  return [...chosen];
}

/**
 * Prices a request for several models. Pure and synchronous. A model without room for the request
 * is priced only if it is the one asked for.
 * @returns `ok: false` with problem `unknown-price` that names `model` or `candidates[i]`, or
 *   `invalid-request` when no model is as good, fast and large as asked
 */
export function quoteRequest({
  request,
  models,
  overrides,
  state,
  nowMs,
  catalog = builtInCatalog,
}: QuoteRequest): Quoting {
  const inputFor = inputCounter(request);
  const shape = shapeOf(messagesOf(request));
  const serving = stateFor(state, request.userId);
  const quotes: Quote[] = [];
  for (const model of models) {
    const resolved = resolveRate({
      model,
      region: request.region,
      tier: request.serviceTier,
      atMs: nowMs,
      overrides: overrides.get(model),
    });
    if (resolved.ok) {
      const known = catalog.get(model);
      const input = inputFor(model);
      const { maxOutputTokens } = request;
      const isOpen =
        !known ||
        model === request.model ||
        hasRoomFor(known, { inputTokens: input.tokens, maxOutputTokens });
      const { rate } = resolved;
      if (isOpen) {
        quotes.push(quoteOf({ request, shape, input, model, rate, state: serving, nowMs, known }));
      }
      continue;
    }
    const field = fieldOf(request, model);
    if (field !== undefined) {
      const why = whyUnpriced(model, resolved.reason);
      return { ok: false, problem: unknownPrice(field, why) };
    }
  }
  const recommended = recommend(request, quotes);
  if (!recommended) return { ok: false, problem: nothingSuits(request) };
  const first =
    request.model === undefined ? recommended : quotes.find(({ model }) => model === request.model);
  return {
    ok: true,
    quotes: [first ?? recommended, ...quotes.filter((quote) => quote !== (first ?? recommended))],
    recommended,
    inputTokens: (first ?? recommended).inputTokens,
    maxOutputTokens: request.maxOutputTokens,
    predictorVersion: serving.version,
    shape,
  };
}

type Asked = {
  request: AiRequest;
  shape: PromptShape | undefined;
  input: InputCount;
  model: string;
  rate: Rate;
  state: PredictorState;
  nowMs: number;
  known: CatalogModel | undefined;
};

function quoteOf({ request, shape, input, model, rate, state, nowMs, known }: Asked): Quote {
  const { maxOutputTokens } = request;
  const modelMaximum = known?.maxOutputTokens;
  const maximum = maximumOf({ maxOutputTokens, modelMaximum });
  const output = predictOutput(
    {
      inputTokens: input.tokens,
      maxOutputTokens,
      modelMaximum,
      model,
      system: request.system,
      operation: request.operation,
      session: sessionOf(request.tags),
      shape,
      atMs: nowMs,
    },
    state,
  );
  const cost = (inputTokens: number, outputTokens: number): NanoUsd =>
    costOf({ ...NO_TOKENS, inputTokens, outputTokens, images: request.images }, rate);
  const expected = cost(input.tokens, output.expectedTokens);
  const upperBound = cost(input.upperTokens, output.upperTokens);
  /** Where outputs are free, none is too long. */
  const outputsFor = (amount: NanoUsd): number =>
    rate.outputNanoUsdPerMillion === 0n
      ? Infinity
      : (Number(amount) / Number(rate.outputNanoUsdPerMillion)) * 1e6;
  const marginTokens = outputsFor(expected) * CONFIDENCE_MARGIN;
  return {
    model,
    rate,
    inputTokens: input.tokens,
    expectedOutputTokens: output.expectedTokens,
    expectedCostNanoUsd: expected,
    medianCostNanoUsd: cost(input.tokens, output.medianTokens),
    typicalCost() {
      const inputTokens = outputsFor(cost(input.tokens, 0));
      return cost(input.tokens, typicalOutput(output.distribution, inputTokens, maximum));
    },
    upperBoundNanoUsd: upperBound,
    upperBoundProbability: output.upperProbability,
    ceilingNanoUsd: cost(input.upperTokens, maximum),
    inputMarginNanoUsd: upperBound - cost(input.tokens, output.upperTokens),
    confidence: shareWithin(
      output.distribution,
      output.expectedTokens - marginTokens,
      output.expectedTokens + marginTokens,
      maximum,
    ),
    output: output.distribution,
    maxOutputTokens: maximum,
    costOfOutput: (outputTokens) => cost(input.tokens, outputTokens),
    basis: output.basis,
    quality: known?.quality,
    latencyMs: known?.latencyMs,
  };
}

const isSuitable = (
  request: AiRequest,
  { quality, latencyMs }: Pick<Quote, 'quality' | 'latencyMs'>,
): boolean =>
  (request.minQuality === undefined || (quality ?? 0) >= request.minQuality) &&
  (request.maxLatencyMs === undefined || (latencyMs ?? Infinity) <= request.maxLatencyMs);

function suitable(catalog: Catalog, request: AiRequest): CatalogModel[] {
  const suitableModels = catalog
    .list()
    .filter((model) => model.recommendable === true && isSuitable(request, model))
    .filter((model) => hasRoomFor(model, { ...request, inputTokens: request.inputTokens ?? 0 }));
  return suitableModels.slice(0, MAX_MODELS);
}

/**
 * The cheapest model among those that the caller calls good enough: the one asked for and the
 * candidates, and where a quality is asked for every model that reaches it. A model asked for stands
 * when nothing else suits.
 */
function recommend(request: AiRequest, quotes: readonly Quote[]): Quote | undefined {
  const acceptable = quotes.filter(
    (quote) =>
      isSuitable(request, quote) &&
      (request.minQuality !== undefined ||
        fieldOf(request, quote.model) !== undefined ||
        (request.model === undefined && request.candidates === undefined)),
  );
  const asked = quotes.find(({ model }) => model === request.model);
  return (
    acceptable.reduce<Quote | undefined>(
      (best, quote) =>
        best && best.expectedCostNanoUsd <= quote.expectedCostNanoUsd ? best : quote,
      undefined,
    ) ?? asked
  );
}

function fieldOf({ model, candidates = [] }: AiRequest, name: string): string | undefined {
  if (model === name) return 'model';
  const position = candidates.indexOf(name);
  return position < 0 ? undefined : `candidates[${position}]`;
}

const unknownPrice = (field: string, message: string): ProblemError =>
  new ProblemError('unknown-price', message, { errors: [{ field, message }] });

const WISHES = ['minQuality', 'maxLatencyMs', 'maxOutputTokens', 'inputTokens', 'prompt'] as const;

function nothingSuits(request: AiRequest): ProblemError {
  const field = WISHES.find((name) => request[name] !== undefined) ?? 'messages';
  return new ProblemError('invalid-request', `${field}: no model is up to it`, {
    errors: [{ field, message: 'no model with a known price is up to it' }],
  });
}
