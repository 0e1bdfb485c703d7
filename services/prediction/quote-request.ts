import type { AiRequest } from '../../contracts/ai-request.ts';
import { type PredictorState, stateFor } from '../../domain/prediction/predictor-state.ts';
import { type PromptShape, shapeOf } from '../../domain/prediction/prompt-shape.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { unpricedUnits } from '../../domain/pricing/rate.ts';
import { whyUnitUnpriced, whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import { isNamed, lacksApi, whyUnfit } from '../../domain/selection/eligibility.ts';
import type { LeftOut, LeftOutReason } from '../../domain/selection/left-out.ts';
import { costWith, recommend } from '../../domain/selection/recommend.ts';
import type { Supply } from '../../domain/selection/supply.ts';
import type { WarmPrefix } from '../../domain/selection/warm-prefix.ts';
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
  /** What is cached of the conversation that the request belongs to. */
  warm?: WarmPrefix | undefined;
  /** Where a request that names no region is priced, if the model is served there. */
  sessionRegion?: string | undefined;
  /** The names that `candidatesFor` returns. */
  models: readonly string[];
  /** The organization's own rate cards, keyed by the names in `models`. */
  overrides: ReadonlyMap<string, RateCard[]>;
  state: PredictorState;
  supply: Supply;
};

/**
 * Prices a request for several models and recommends one. Pure and synchronous. Prices a model that
 * is unfit for the request only if the request names it, and none that does not speak its API.
 * @returns `ok: false` with problem `unknown-price` that names `model` or `candidates[i]`, or
 *   `invalid-request` if no model meets the required quality, speed and size
 */
export function quoteRequest(quoting: QuoteRequest): QuoteResult {
  const { request, models, state, warm } = quoting;
  const reading = {
    ...quoting,
    state: stateFor(state, request.userId),
    shape: shapeOf(messagesOf(request)),
    inputFor: inputCounter(request),
  };
  const quotes: Quote[] = [];
  const unquoted: LeftOut[] = [];
  for (const model of models) {
    const quoted = quoteOf(model, reading);
    if (quoted.kind === 'problem') return { ok: false, problem: quoted.problem };
    if (quoted.kind === 'quote') quotes.push(quoted.quote);
    else unquoted.push({ model, because: quoted.because });
  }
  const recommendation = recommend(request, quotes, costWith(warm));
  if (!recommendation) return { ok: false, problem: nothingSuits(request) };
  const { recommended, ranked, leftOut } = recommendation;
  const named = quotes.find(({ model }) => model === request.model);
  const first = named ?? recommended;
  return {
    ok: true,
    quotes: named ? [named, ...quotes.filter((quote) => quote !== named)] : ranked,
    recommended,
    unquoted,
    notRecommended: leftOut,
    inputTokens: first.inputTokens,
    maxOutputTokens: request.maxOutputTokens,
    predictorVersion: reading.state.version,
    shape: reading.shape,
  };
}

/** A request as it was read once for all models. */
type Reading = QuoteRequest & {
  shape: PromptShape | undefined;
  inputFor: ReturnType<typeof inputCounter>;
};

type ModelQuote =
  | { kind: 'quote'; quote: Quote }
  | { kind: 'left out'; because: LeftOutReason }
  | { kind: 'problem'; problem: ServiceError };

function quoteOf(model: string, reading: Reading): ModelQuote {
  const { request, state, shape, inputFor } = reading;
  const { catalog, meritsOf, nowMs } = reading.supply;
  const entry = catalog.get(model);
  if (model === request.model && lacksApi(request, entry)) {
    return { kind: 'problem', problem: speaksNone(request, model) };
  }
  const { region, price } = priceOf(model, reading);
  if (!price.ok) {
    return withoutPrice(request, model, fieldOf(request, model), () =>
      whyUnpriced(model, price, nowMs),
    );
  }
  const [unpriced] = unpricedUnits({ ...NO_TOKENS, ...request.units }, price.rate);
  if (unpriced !== undefined) {
    return withoutPrice(request, model, `units.${unpriced}`, () =>
      whyUnitUnpriced(unpriced, model, nowMs),
    );
  }
  const input = inputFor(model);
  const because = whyUnfit({ ...request, inputTokens: input.tokens }, entry, nowMs);
  if (because !== undefined && model !== request.model) return { kind: 'left out', because };
  const quote = quoteModel({
    request,
    shape,
    input,
    model,
    region,
    rate: price.rate,
    priceBasis: price.basis,
    state,
    nowMs,
    modelMaximum: entry?.maxOutputTokens,
    merits: entry && meritsOf(entry),
  });
  return { kind: 'quote', quote };
}

/**
 * A model's price, in the region that the request names, else in that of its conversation, so that its
 * cache is found again. A region of the conversation that does not serve or price the model does not count.
 */
function priceOf(model: string, { request, overrides, sessionRegion, supply }: Reading) {
  const { serviceTier: tier, imageVariant } = request;
  const priceIn = (region: string | undefined) => ({
    region,
    price: resolveRate({
      model,
      region,
      tier,
      imageVariant,
      atMs: supply.nowMs,
      overrides: overrides.get(model),
    }),
  });
  const isServed = supply.catalog.get(model)?.regions?.includes(sessionRegion ?? '') !== false;
  if (request.region !== undefined || sessionRegion === undefined || !isServed) {
    return priceIn(request.region);
  }
  const there = priceIn(sessionRegion);
  return there.price.ok ? there : priceIn(undefined);
}

/** A model that cannot be priced is a problem only if the request names it. */
const withoutPrice = (
  request: AiRequest,
  model: string,
  field: string,
  why: () => string,
): ModelQuote =>
  isNamed(request, model)
    ? { kind: 'problem', problem: unknownPrice(field, why()) }
    : { kind: 'left out', because: 'no-price' };

const speaksNone = ({ apis = [] }: AiRequest, model: string): ServiceError =>
  invalidField(
    'model',
    `${model} is not known to speak ${apis.join(' or ')}; name another model, or state its APIs with PUT /v1/models/{model}`,
  );

/** The request field that names a model. */
const fieldOf = ({ model, candidates = [] }: AiRequest, name: string): string =>
  model === name ? 'model' : `candidates[${candidates.indexOf(name)}]`;

const WISHES = ['minQuality', 'maxLatencyMs', 'maxOutputTokens', 'inputTokens', 'prompt'] as const;

function nothingSuits(request: AiRequest): ServiceError {
  const field = WISHES.find((name) => request[name] !== undefined) ?? 'messages';
  return invalidField(field, 'no priced model meets this requirement');
}
