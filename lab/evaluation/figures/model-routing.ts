import { ownValue } from '../../../domain/own-value.ts';

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
/** Each route counts as if it had this many more requests that resemble the average. */
const PRIOR_ROWS = 10;

/**
 * Policies that see only the route: its cheapest model that is at most a given amount worse than
 * the big one, for many such amounts; and its best model at a given price of quality, for many
 * prices (the Lagrangian of "least cost for this much quality", Everett, 1963). Differences are
 * means per route, shrunk toward the overall mean for routes with few rows. Always using the big
 * model is one of them.
 */
export function routePolicies(fit: readonly GradedRow[], { prices, big }: Fleet): RoutePolicy[] {
  const models = [...prices.keys()];
  const overall = new Map(models.map((model) => [model, meanGain(fit, model, big)]));
  const byRoute = Map.groupBy(fit, ({ route }) => route);
  const gains = new Map(
    [...byRoute].map(([route, rows]) => [
      route,
      new Map(
        models.map((model) => [
          model,
          (meanGain(rows, model, big) * rows.length + PRIOR_ROWS * (overall.get(model) ?? 0)) /
            (rows.length + PRIOR_ROWS),
        ]),
      ),
    ]),
  );
  const gainOf = (route: string, model: string): number =>
    (gains.get(route) ?? overall).get(model) ?? -1;
  const priceOf = (model: string): number => prices.get(model) ?? Infinity;
  const bestBy = (worth: (route: string, model: string) => number): RoutePolicy => {
    const modelOfRoute = new Map<string, string>();
    return (route) => {
      let best = modelOfRoute.get(route);
      if (best === undefined) {
        best = models.reduce((left, right) =>
          worth(route, right) > worth(route, left) ? right : left,
        );
        modelOfRoute.set(route, best);
      }
      return best;
    };
  };
  const tolerant = Array.from({ length: 200 }, (_, step) => step / 400 - 0.1).map((most) =>
    bestBy((route, model) =>
      gainOf(route, model) >= -most || model === big
        ? gainOf(route, model) - 1_000 * (priceOf(model) / priceOf(big))
        : -Infinity,
    ),
  );
  const priced = Array.from({ length: 120 }, (_, step) => 0.002 * 1.06 ** step).map((price) =>
    bestBy((route, model) => gainOf(route, model) - price * (priceOf(model) / priceOf(big))),
  );
  return [() => big, ...tolerant, ...priced];
}

/**
 * The routing that saves most while the one-sided 95 % bound of its loss stays within the
 * allowance, on rows not used for fitting. A policy that would lose more serves only a share of the
 * requests: loss, bound and saving shrink in proportion.
 * @param hasMargin false uses the loss itself as its bound, for comparison
 */
export function chooseWithMargin(
  policies: readonly RoutePolicy[],
  rows: readonly GradedRow[],
  fleet: Fleet,
  mostLoss: number,
  { hasMargin = true } = {},
): Routing {
  let [best, saved]: [Routing, number] = [{ policy: () => fleet.big, share: 1 }, 0];
  for (const policy of policies) {
    const { loss, lossMargin, saving } = routingFigures({ policy, share: 1 }, rows, fleet);
    const bound = hasMargin ? loss + lossMargin : loss;
    const share = bound <= mostLoss ? 1 : mostLoss / bound;
    if (share * saving > saved) [best, saved] = [{ policy, share }, share * saving];
  }
  return best;
}

/**
 * Expected quality loss, the width of its one-sided 95 % bound (of a ratio, paired by row), and
 * expected saving.
 */
export function routingFigures(
  { policy, share }: Routing,
  rows: readonly GradedRow[],
  { prices, big }: Fleet,
): RoutingFigures {
  const gradeOf = (row: GradedRow, model: string): number => ownValue(row.quality, model) ?? 0;
  const pairs = rows.map((row) => ({
    before: gradeOf(row, big),
    after: (1 - share) * gradeOf(row, big) + share * gradeOf(row, policy(row.route)),
  }));
  const before = meanOf(pairs.map((pair) => pair.before));
  const ratio = meanOf(pairs.map((pair) => pair.after)) / before;
  const squares = pairs.map((pair) => (pair.after - ratio * pair.before) ** 2);
  const cost = meanOf(rows.map(({ route }) => prices.get(policy(route)) ?? 0));
  return {
    loss: 1 - ratio,
    lossMargin: (ONE_SIDED_95 * Math.sqrt(meanOf(squares) / (rows.length - 1))) / before,
    saving: share * (1 - cost / (prices.get(big) ?? Number.NaN)),
  };
}

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

const meanGain = (rows: readonly GradedRow[], model: string, big: string): number =>
  meanOf(
    rows.map(({ quality }) => (ownValue(quality, model) ?? 0) - (ownValue(quality, big) ?? 0)),
  );

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
