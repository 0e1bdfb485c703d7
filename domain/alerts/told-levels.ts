import { severityOf } from '../controls/thresholds.ts';
import { kindOf, type NamedScope } from '../scopes.ts';
import { type AlertedBreach, isNotice } from './alerted-breach.ts';

/** The highest level that a spend reached, and the lower ones that it reached with it. */
export type ToldLevel = { breach: AlertedBreach; lower: readonly AlertedBreach[] };

/** Order of equally severe breaches: the most informative scope comes first. */
const TELLING: Record<NamedScope | 'tag', number> = {
  session: 0,
  user: 1,
  model: 2,
  tag: 3,
  department: 4,
  system: 5,
  organization: 6,
};

/** One level of each scope and period, gravest first. Notices come last. */
export function toldLevels(breaches: readonly AlertedBreach[]): ToldLevel[] {
  const spends = Map.groupBy(
    breaches.toSorted(gravestFirst),
    ({ scope, scopeId, period, periodKey, unit }) =>
      JSON.stringify([scope, scopeId, period, periodKey, unit]),
  );
  return [...spends.values()].flatMap(([breach, ...lower]) => (breach ? [{ breach, lower }] : []));
}

const gravestFirst = (left: AlertedBreach, right: AlertedBreach): number =>
  Number(isNotice(left)) - Number(isNotice(right)) ||
  severityOf(right.level.name) - severityOf(left.level.name) ||
  TELLING[kindOf(left.scope)] - TELLING[kindOf(right.scope)] ||
  (left.scopeId < right.scopeId ? -1 : left.scopeId > right.scopeId ? 1 : 0);
