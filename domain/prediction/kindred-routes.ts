import {
  addStatistics,
  emptyStatistics,
  type OutputStatistics,
  type Route,
} from './route-statistics.ts';

/** Outputs of all routes that share a trait. */
export type Kindred = { statistics: OutputStatistics; routes: number };

/** Kindred routes by the trait they share (`kindredKeys`). */
export type KindredRoutes = ReadonlyMap<string, Kindred>;

/**
 * Routes of one kind still differ, so each counts for at most this many requests when predicting
 * another.
 */
const REQUESTS_PER_ROUTE = 10;

/**
 * The traits that a route shares with others, most general first. The last two say most about a new
 * route.
 */
export const kindredKeys = ({ model, system, operation }: Route): string[] => [
  `system#${system}`,
  `family#${familyOf(model)}`,
  modelKey(model),
  `operation#${system}#${operation}`,
  `kin#${familyOf(model)}#${system}#${operation}`,
];

/** The key of all routes with one model. */
export const modelKey = (model: string): string => `model#${model}`;

/**
 * The family in a model's name: `openrouter/anthropic/claude-3.7-sonnet` and
 * `anthropic.claude-sonnet-4-6` are both `claude`.
 */
export function familyOf(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const [, family = name] = /^(?:[a-z0-9]+\.(?=[a-z]))*([a-z]+)/i.exec(name) ?? [];
  return family.toLowerCase();
}

/**
 * Adds what a route learned to all its kindred, in place. `before` is its state that they already
 * include.
 */
export function addToKindred(
  kindred: Map<string, Kindred>,
  route: Route,
  statistics: OutputStatistics,
  before?: OutputStatistics,
): void {
  for (const key of kindredKeys(route)) {
    let group = kindred.get(key);
    if (!group) kindred.set(key, (group = { statistics: emptyStatistics(), routes: 0 }));
    if (before) addStatistics(group.statistics, before, -1);
    else group.routes += 1;
    addStatistics(group.statistics, statistics);
  }
}

/**
 * How many of its own requests a route's kindred are worth. The number of routes counts, because a
 * thousand requests of one route say nothing about how much the next route differs.
 */
export const worthOf = ({ statistics, routes }: Kindred): number =>
  Math.min(statistics.weight, REQUESTS_PER_ROUTE * routes);
