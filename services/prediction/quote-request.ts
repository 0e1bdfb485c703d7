import type { AiRequest } from '../../contracts/ai-request.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import { type PredictorState, stateFor } from '../../domain/prediction/predictor-state.ts';
import { type PromptShape, shapeOf } from '../../domain/prediction/prompt-shape.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { unpricedUnits } from '../../domain/pricing/rate.ts';
import { whyUnitUnpriced, whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import { isNamed, lacksRoom } from '../../domain/selection/eligibility.ts';
import type { LeftOut } from '../../domain/selection/left-out.ts';
import { recommend } from '../../domain/selection/recommend.ts';
import { invalidField, type ServiceError, unknownPrice } from '../errors.ts';
import { inputCounter, messagesOf } from './count-input-tokens.ts';
import { type Quote, quoteModel } from './quote-model.ts';

export type QuoteResult =
  | {
      ok: true;
      /** The first is the requested model, or the recommended one if none was requested. */
      quotes: [Quote, ...Quote[]];
      recommended: Quote;
      /** Models without a quote. */
      unquoted: LeftOut[];
      /** Every other model that has a quote. */
      notRecommended: LeftOut[];
      inputTokens: number;
      maxOutputTokens?: number | undefined;
      predictorVersion: string;
      /** Shape of the request's text, if it has one. */
      shape?: PromptShape | undefined;
    }
  | { ok: false; problem: ServiceError };

/** The quotes of a request that could be priced. */
export type QuoteSet = Extract<QuoteResult, { ok: true }>;

type QuoteRequest = {
  request: AiRequest;
  /** The names that `candidatesFor` returns. */
  models: readonly string[];
  /** The organization's own rate cards, keyed by the names in `models`. */
  overrides: ReadonlyMap<string, RateCard[]>;
  state: PredictorState;
  nowMs: number;
  catalog?: Catalog | undefined;
};

/**
 * Prices a request for several models and recommends one. Pure and synchronous. Prices a model that
 * is too small for the request only if the request names it.
 * @returns `ok: false` with problem `unknown-price` that names `model` or `candidates[i]`, or
 *   `invalid-request` if no model meets the required quality, speed and size
 */
export function quoteRequest({
  request,
  models,
  overrides,
  state,
  nowMs,
  catalog = builtInCatalog,
}: QuoteRequest): QuoteResult {
  const { region, serviceTier: tier, imageVariant, maxOutputTokens } = request;
  const inputFor = inputCounter(request);
  const shape = shapeOf(messagesOf(request));
  const serving = stateFor(state, request.userId);
  const quotes: Quote[] = [];
  const unquoted: LeftOut[] = [];
  for (const model of models) {
    const price = resolveRate({
      model,
      region,
      tier,
      imageVariant,
      atMs: nowMs,
      overrides: overrides.get(model),
    });
    if (!price.ok) {
      if (isNamed(request, model)) {
        const why = whyUnpriced(model, price, nowMs);
        return { ok: false, problem: unknownPrice(fieldOf(request, model), why) };
      }
      unquoted.push({ model, because: 'no-price' });
      continue;
    }
    const [unpriced] = unpricedUnits({ ...NO_TOKENS, ...request.units }, price.rate);
    if (unpriced !== undefined) {
      if (isNamed(request, model)) {
        return {
          ok: false,
          problem: unknownPrice(`units.${unpriced}`, whyUnitUnpriced(unpriced, model, nowMs)),
        };
      }
      unquoted.push({ model, because: 'no-price' });
      continue;
    }
    const input = inputFor(model);
    const entry = catalog.get(model);
    const sizes = { inputTokens: input.tokens, maxOutputTokens };
    if (entry && model !== request.model && lacksRoom(sizes, entry)) {
      unquoted.push({ model, because: 'no-room' });
      continue;
    }
    const { rate, basis: priceBasis } = price;
    quotes.push(
      quoteModel({ request, shape, input, model, rate, priceBasis, state: serving, nowMs, entry }),
    );
  }
  const recommendation = recommend(request, quotes);
  if (!recommendation) return { ok: false, problem: nothingSuits(request) };
  const { recommended, leftOut } = recommendation;
  const first = quotes.find(({ model }) => model === request.model) ?? recommended;
  return {
    ok: true,
    quotes: [first, ...quotes.filter((quote) => quote !== first)],
    recommended,
    unquoted,
    notRecommended: leftOut,
    inputTokens: first.inputTokens,
    maxOutputTokens,
    predictorVersion: serving.version,
    shape,
  };
}

/** The request field that names a model. */
const fieldOf = ({ model, candidates = [] }: AiRequest, name: string): string =>
  model === name ? 'model' : `candidates[${candidates.indexOf(name)}]`;

const WISHES = ['minQuality', 'maxLatencyMs', 'maxOutputTokens', 'inputTokens', 'prompt'] as const;

function nothingSuits(request: AiRequest): ServiceError {
  const field = WISHES.find((name) => request[name] !== undefined) ?? 'messages';
  return invalidField(field, 'no priced model meets this requirement');
}
