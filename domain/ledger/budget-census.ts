import { ownValue } from '../own-value.ts';
import { type Period, PERIODS } from '../periods.ts';
import { isTagScope, SCOPES, tagNameOf } from '../scopes.ts';
import { budgetsIn, type BudgetBook } from './budget.ts';

/** So many budgets may apply to one request: each is a write of the transaction that holds it. */
export const MOST_APPLYING = 8;

/**
 * How many scopes of each kind have which set of budgets: `{ user: { 'daily monthly': 12 } }`. Default
 * budgets are counted by their rules, under the names of `ruleKind`.
 */
export type BudgetCensus = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How many budgets of one kind of scope can apply to a request. */
export type ApplyingPart = { kind: string; periods: Period[] };

/** The name under which the default budgets of one kind of owner are counted. */
export const ruleKind = (owner: 'organization' | 'department', member: string): string =>
  `${member} defaults of ${owner}`;

/** The periods of budgets that were set on the scope itself. */
export const ownPeriods = (book: BudgetBook | undefined): Period[] =>
  budgetsIn(book).flatMap(({ period, source }) => (source ? [] : [period]));

/** The census after one scope, or one rule, has another set of budgets. */
export function recounted(
  census: BudgetCensus,
  kind: string,
  { before, after }: { before: readonly Period[]; after: readonly Period[] },
): BudgetCensus {
  const sets = new Map(Object.entries(ownValue(census, kind) ?? {}));
  for (const [periods, by] of [
    [before, -1],
    [after, 1],
  ] as const) {
    if (periods.length === 0) continue;
    const text = textOf(periods);
    const count = (sets.get(text) ?? 0) + by;
    if (count > 0) sets.set(text, count);
    else sets.delete(text);
  }
  return { ...census, [kind]: Object.fromEntries(sets) };
}

/**
 * The most budgets that can apply to one request, by kind of scope.
 * @param changed the scope that is changing, whose own budgets count instead of the most of its kind
 */
export function applyingAtMost(
  census: BudgetCensus,
  listedTags: readonly string[],
  changed?: ApplyingPart,
): ApplyingPart[] {
  const tags = Object.keys(census).filter(
    (kind) => isTagScope(kind) && listedTags.includes(tagNameOf(kind)),
  );
  return [...SCOPES, ...tags].flatMap((kind): ApplyingPart[] => {
    const own = changed?.kind === kind ? [changed.periods] : setsOf(census, kind);
    const periods = largest(
      own,
      setsOf(census, ruleKind('department', kind)),
      setsOf(census, ruleKind('organization', kind)),
    );
    return periods.length === 0 ? [] : [{ kind, periods }];
  });
}

/** Why a change may not add a budget; `undefined` if no request would have more than eight. */
export function applyingFault(parts: readonly ApplyingPart[]): string | undefined {
  const count = parts.reduce((sum, { periods }) => sum + periods.length, 0);
  if (count <= MOST_APPLYING) return undefined;
  const list = parts.map(({ kind, periods }) => `${kind}: ${periods.join(', ')}`).join('; ');
  return `would let ${count} budgets apply to one request, and at most ${MOST_APPLYING} may (${list}); remove another one first`;
}

/** Whether a change adds a budget: only additions are refused. */
export const isAddition = (before: readonly Period[], after: readonly Period[]): boolean =>
  after.some((period) => !before.includes(period));

const textOf = (periods: readonly Period[]): string =>
  PERIODS.filter((period) => periods.includes(period)).join(' ');

/** The sets of budgets that scopes of a kind have, and none: not every request has such a scope. */
const setsOf = (census: BudgetCensus, kind: string): Period[][] => [
  [],
  ...Object.keys(ownValue(census, kind) ?? {}).map((text) => text.split(' ') as Period[]),
];

/** The largest union of one set of each list. */
function largest(...lists: Period[][][]): Period[] {
  const unions = lists.reduce<Period[][]>(
    (all, sets) => all.flatMap((union) => sets.map((set) => [...new Set([...union, ...set])])),
    [[]],
  );
  return unions.reduce((most, union) => (union.length > most.length ? union : most), []);
}
