import { type CatalogModel, createCatalog } from '../../../domain/catalog/model.ts';
import { ownValue } from '../../../domain/own-value.ts';
import { modelStem } from '../../../domain/pricing/model-id.ts';
import { addFeedback, feedbackOf, noFeedback } from '../../../domain/prediction/model-feedback.ts';
import type { Wishes } from '../../../domain/selection/eligibility.ts';
import { learnedMerits } from '../../../domain/selection/merits.ts';
import { type PricedModel, recommend } from '../../../domain/selection/recommend.ts';

/** One request with its grade (0 to 1) for each model that answered it. */
export type GradedRow = { route: string; quality: Readonly<Record<string, number>> };

/** Relative prices of models, and the default model for everything. */
export type Fleet = { prices: ReadonlyMap<string, number>; big: string };

/** Which model serves a route. */
export type RoutePolicy = (route: string) => string;

/** A policy for a random share of the requests; the others go to the big model. */
export type Routing = { policy: RoutePolicy; share: number };

/**
 * Shares of quality lost and of cost saved by a policy, compared with always using the big model.
 */
export type RoutingFigures = { loss: number; lossMargin: number; saving: number };

const ONE_SIDED_95 = 1.6449;

/** Nobody has ranked these models, so only their grades count. */
const UNRANKED = { quality: 0.5, qualityUncertainty: 0.5 };
/** Everything in a set is the same kind of work. */
const OPERATION = 'graded';
const ALLOWED_ERRORS = [0, 1];
/** Negative: a model must be better than the big one. The largest accept a model in any doubt. */
const TOLERANCES = Array.from({ length: 241 }, (_, step) => step / 200 - 0.2);

/**
 * The product's own choice for each route: it learns the grades of the fitted rows as it learns those
 * of settlements, and recommends the cheapest model that is at most so much worse than the big one
 * (`maxQualityLoss`), for many such amounts. Always using the big model is one of the policies.
 */
export function routePolicies(fit: readonly GradedRow[], fleet: Fleet): RoutePolicy[] {
  const { prices, big } = fleet;
  const models = [...prices.keys()];
  const catalog = createCatalog(models.map(unrankedModel));
  const feedback = feedbackOf(feedbackByRoute(fit, models));
  const quotesOfRoute = new Map<string, PricedModel[]>();
  const quotesFor = (route: string): PricedModel[] => {
    const before = quotesOfRoute.get(route);
    if (before) return before;
    const meritsOf = learnedMerits({ system: route, operation: OPERATION }, catalog, feedback);
    const quotes = catalog.list().map((entry) => ({
      ...meritsOf(entry),
      model: entry.model,
      expectedCostNanoUsd: BigInt(Math.round((prices.get(entry.model) ?? 0) * 1e9)),
    }));
    quotesOfRoute.set(route, quotes);
    return quotes;
  };
  const wishes: Wishes[] = [
    { severity: 'critical' },
    { severity: 'high' },
    ...ALLOWED_ERRORS.flatMap((allowedErrors) =>
      TOLERANCES.map((maxQualityLoss) => ({ model: big, allowedErrors, maxQualityLoss })),
    ),
  ];
  const policies = wishes.map((wish) => {
    const modelOfRoute = new Map<string, string>();
    return (route: string): string => {
      const chosen =
        modelOfRoute.get(route) ??
        recommend({ candidates: models, ...wish }, quotesFor(route))?.recommended.model ??
        big;
      modelOfRoute.set(route, chosen);
      return chosen;
    };
  });
  return [() => big, ...policies];
}

const unrankedModel = (model: string): CatalogModel => ({
  ...UNRANKED,
  model,
  provider: 'unknown',
  family: 'unknown',
  contextTokens: 1,
  maxOutputTokens: 1,
});

function feedbackByRoute(fit: readonly GradedRow[], models: readonly string[]) {
  return [...Map.groupBy(fit, ({ route }) => route)].flatMap(([route, rows]) =>
    models.map((model) => {
      const feedback = noFeedback();
      for (const { quality } of rows) addFeedback(feedback, { quality: ownValue(quality, model) });
      return { route: { model: modelStem(model), system: route, operation: OPERATION }, feedback };
    }),
  );
}

/**
 * Sums over requests: their grades with the big model (`before`) and with another (`after`), and the
 * squares and products of both.
 */
export type GradeSums = {
  count: number;
  before: number;
  after: number;
  beforeSquares: number;
  afterSquares: number;
  products: number;
};

export const NO_GRADES: GradeSums = {
  count: 0,
  before: 0,
  after: 0,
  beforeSquares: 0,
  afterSquares: 0,
  products: 0,
};

/** The sums of requests that one model serves. */
export function gradeSums(
  rows: readonly GradedRow[],
  model: string,
  { big }: Pick<Fleet, 'big'>,
): GradeSums {
  const sums = { ...NO_GRADES, count: rows.length };
  for (const { quality } of rows) {
    const [before, after] = [ownValue(quality, big) ?? 0, ownValue(quality, model) ?? 0];
    sums.before += before;
    sums.after += after;
    sums.beforeSquares += before * before;
    sums.afterSquares += after * after;
    sums.products += before * after;
  }
  return sums;
}

/** Requests that one model serves, and the share of them that it does. */
export type ServedGroup = { sums: GradeSums; model: string; share: number };

/**
 * Expected quality loss, the width of its one-sided 95 % bound (of a ratio, paired by row), and
 * expected saving. What a model does not serve of its group goes to the big model.
 */
export function figuresOf(groups: Iterable<ServedGroup>, { prices, big }: Fleet): RoutingFigures {
  const bigPrice = prices.get(big) ?? Number.NaN;
  const total = { ...NO_GRADES };
  let price = 0;
  for (const { sums, model, share } of groups) {
    const rest = 1 - share;
    const { count, before, after, beforeSquares, afterSquares, products } = sums;
    total.count += count;
    total.before += before;
    total.after += rest * before + share * after;
    total.beforeSquares += beforeSquares;
    total.afterSquares +=
      rest ** 2 * beforeSquares + 2 * rest * share * products + share ** 2 * afterSquares;
    total.products += rest * beforeSquares + share * products;
    price += count * (rest * bigPrice + share * (prices.get(model) ?? 0));
  }
  const { count, before } = total;
  const ratio = total.after / before;
  const spread = total.afterSquares - 2 * ratio * total.products + ratio ** 2 * total.beforeSquares;
  const error = Math.sqrt((Math.max(0, spread) * count) / (count - 1)) / before;
  return {
    loss: 1 - ratio,
    lossMargin: ONE_SIDED_95 * error,
    saving: 1 - price / count / bigPrice,
  };
}

/** What a routing loses and saves on rows. */
export const routingFigures = (
  { policy, share }: Routing,
  rows: readonly GradedRow[],
  fleet: Fleet,
): RoutingFigures =>
  figuresOf(
    [...Map.groupBy(rows, ({ route }) => policy(route))].map(([model, served]) => ({
      sums: gradeSums(served, model, fleet),
      model,
      share,
    })),
    fleet,
  );

/**
 * What a random mix of the big model and one other would save at a given loss, with the other model
 * and its share chosen in hindsight on the same rows: the value of knowing nothing about a request.
 */
export function randomMixSaving(
  rows: readonly GradedRow[],
  { prices, big }: Fleet,
  loss: number,
): number {
  const bigPrice = prices.get(big) ?? Number.NaN;
  const before = meanOf(rows.map(({ quality }) => ownValue(quality, big) ?? 0));
  const savings = [...prices].map(([model, price]) => {
    const lost = 1 - meanOf(rows.map(({ quality }) => ownValue(quality, model) ?? 0)) / before;
    const share = lost <= 0 ? 1 : Math.min(1, loss / lost);
    return share * (1 - price / bigPrice);
  });
  return Math.max(0, ...savings);
}

/**
 * What a random mix of the big model and one other would lose at the same saving, with the other model
 * chosen in hindsight on the same rows. A router that loses as much knows nothing about a request.
 */
export function randomMixLoss(
  rows: readonly GradedRow[],
  { prices, big }: Fleet,
  saving: number,
): number {
  const bigPrice = prices.get(big) ?? Number.NaN;
  const before = meanOf(rows.map(({ quality }) => ownValue(quality, big) ?? 0));
  const losses = [...prices].flatMap(([model, price]) => {
    const share = saving / (1 - price / bigPrice);
    if (model === big || !(share <= 1)) return [];
    const after = meanOf(rows.map(({ quality }) => ownValue(quality, model) ?? 0));
    return [share * (1 - after / before)];
  });
  return saving <= 0 ? 0 : Math.min(...losses);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
