import {
  addStatistics,
  emptyStatistics,
  type OutputStatistics,
  type Route,
} from './route-statistics.ts';

/** Outputs of all routes that have something in common. */
export type Kindred = { statistics: OutputStatistics; routes: number };

/** Kindred routes by what they have in common (`kindredKeys`). */
export type KindredRoutes = ReadonlyMap<string, Kindred>;

/** Two routes of one kind differ: each tells of a third no more than so many requests of its own. */
const REQUESTS_PER_ROUTE = 10;

/** What a route has in common with others, the widest first; the last two tell most of a new route. */
export const kindredKeys = ({ model, system, operation }: Route): string[] => [
  `system#${system}`,
  `family#${familyOf(model)}`,
  modelKey(model),
  `operation#${system}#${operation}`,
  `kin#${familyOf(model)}#${system}#${operation}`,
];

/** Names all routes of one model. */
export const modelKey = (model: string): string => `model#${model}`;

/**
 * The family of a model as its name tells it: `openrouter/anthropic/claude-3.7-sonnet` and
 * `anthropic.claude-sonnet-4-6` are both `claude`.
 */
export function familyOf(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const [, family = name] = /^(?:[a-z0-9]+\.(?=[a-z]))*([a-z]+)/i.exec(name) ?? [];
  return family.toLowerCase();
}

/** Adds what a route learned to all its kindred, in place; `before` is what they knew of it. */
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
 * How many requests of its own a route's kindred are worth to it: what counts is how many routes they
 * are, since a thousand requests of one route say nothing of how much the next one differs.
 */
export const worthOf = ({ statistics, routes }: Kindred): number =>
  Math.min(statistics.weight, REQUESTS_PER_ROUTE * routes);
