import {
  type Fleet,
  type GradedRow,
  type Routing,
  type RoutingFigures,
  routePolicies,
  type RoutePolicy,
  type ServedGroup,
  figuresOf,
  type GradeSums,
  gradeSums,
} from './model-routing.ts';

type Promised = {
  /** `false`: the loss itself counts as its bound, and nothing is held out of the choice. */
  hasMargin?: boolean;
  /**
   * Over how many requests to come the loss is to stay within what is allowed. Fewer stray more from the
   * expected loss, so the bound adds their own spread (a prediction interval). Default: it is only
   * expected to.
   */
  requests?: number;
};

/** The rows of a route in one part, and their sums by the model that would serve them. */
type Cell = { part: number; route: string; sums: ReadonlyMap<string, GradeSums> };

/** A routing, and what is known of its loss from rows that were used neither to learn nor to choose. */
export type CertifiedRouting = Routing & {
  /** The one-sided 95 % bound of the loss before the share was lowered to keep to it. */
  boundBefore: number;
};

/**
 * Chooses routings on all rows that may be used to choose, and bounds the loss of the choice itself.
 * Each part of the rows is held out in turn: a policy is learned and chosen on the others, by
 * cross-validation among them alone, and serves the part held out. The mean loss over all parts, and its
 * one-sided 95 % bound from the spread of the held-out rows, then hold for the whole procedure, choice
 * included (confidence intervals for cross-validation: Bayle, Bayle, Janson and Mackey, NeurIPS 2020). If
 * the bound exceeds the loss allowed, a smaller share of the requests is routed: loss and bound shrink in
 * proportion, since the share is drawn at random (risk control by one parameter that the risk rises with:
 * Angelopoulos, Bates, Fisch, Lei and Schuster, ICLR 2024).
 * @param partOf the part of a row, from 0; parts should be alike in size
 */
export function createCrossFit<Row extends GradedRow>(
  rows: readonly Row[],
  fleet: Fleet,
  partOf: (row: Row) => number,
) {
  const byPart = Map.groupBy(rows, partOf);
  const parts = [...byPart.keys()].toSorted((a, b) => a - b);
  const cells = [...byPart].flatMap(([part, own]) => cellsOf(part, own, fleet));
  const learned = new Map<string, readonly RoutePolicy[]>();
  const figures = new Map<number | undefined, readonly RoutingFigures[]>();

  function policiesWithout(...excluded: (number | undefined)[]): readonly RoutePolicy[] {
    const key = excluded
      .filter((part) => part !== undefined)
      .toSorted((a, b) => a - b)
      .join(' ');
    const kept = rows.filter((row) => !excluded.includes(partOf(row)));
    const policies = learned.get(key) ?? routePolicies(kept, fleet);
    learned.set(key, policies);
    return policies;
  }

  /** What each policy loses and saves on parts held out, without the rows of one part. */
  function heldOut(without?: number): readonly RoutingFigures[] {
    const before = figures.get(without);
    if (before) return before;
    const used = cells.filter(({ part }) => part !== without);
    const policiesOf = new Map(parts.map((part) => [part, policiesWithout(without, part)]));
    const results = policiesWithout().map((_, at) =>
      figuresOf(
        served(used, fleet, (part) => ({ policy: policiesOf.get(part)?.[at], share: 1 })),
        fleet,
      ),
    );
    figures.set(without, results);
    return results;
  }

  function chosen(mostLoss: number, hasMargin: boolean, without?: number): Routing {
    const { at, share } = bestOf(heldOut(without), mostLoss, hasMargin);
    return { policy: policiesWithout(without)[at] ?? (() => fleet.big), share };
  }

  return {
    choose(
      mostLoss: number,
      { hasMargin = true, requests = Infinity }: Promised = {},
    ): CertifiedRouting {
      const routing = chosen(mostLoss, hasMargin);
      if (!hasMargin) return { ...routing, boundBefore: mostLoss };
      const routings = new Map(parts.map((part) => [part, chosen(mostLoss, true, part)]));
      const { loss, lossMargin } = figuresOf(
        served(cells, fleet, (part) => routings.get(part)),
        fleet,
      );
      const boundBefore = loss + lossMargin * Math.sqrt(1 + rows.length / requests);
      const factor = boundBefore <= mostLoss ? 1 : mostLoss / boundBefore;
      return { ...routing, share: routing.share * factor, boundBefore };
    },
  };
}

const cellsOf = (part: number, rows: readonly GradedRow[], fleet: Fleet): Cell[] =>
  [...Map.groupBy(rows, ({ route }) => route)].map(([route, own]) => ({
    part,
    route,
    sums: new Map([...fleet.prices.keys()].map((model) => [model, gradeSums(own, model, fleet)])),
  }));

/** How routings of the parts serve their cells. */
const served = (
  cells: readonly Cell[],
  { big }: Fleet,
  routingOf: (part: number) => { policy: RoutePolicy | undefined; share: number } | undefined,
): ServedGroup[] =>
  cells.flatMap(({ part, route, sums }) => {
    const { policy, share = 1 } = routingOf(part) ?? {};
    const model = policy?.(route) ?? big;
    const own = sums.get(model);
    return own ? [{ sums: own, model, share }] : [];
  });

/** The policy that saves most, each for the share of requests that its bound allows. */
function bestOf(
  figures: readonly RoutingFigures[],
  mostLoss: number,
  hasMargin: boolean,
): { at: number; share: number } {
  let best = { at: 0, share: 1, saved: 0 };
  for (const [at, { loss, lossMargin, saving }] of figures.entries()) {
    const bound = hasMargin ? loss + lossMargin : loss;
    const share = bound <= mostLoss ? 1 : mostLoss / bound;
    if (share * saving > best.saved) best = { at, share, saved: share * saving };
  }
  return best;
}
