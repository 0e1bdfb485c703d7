import { type LevelInForce, levelsInForce, type OwnLevels } from '../controls/levels-in-force.ts';
import type { Budget } from '../ledger/budget.ts';
import { type Period, PERIODS } from '../periods.ts';
import { type ScopeRef, shownId } from '../scopes.ts';
import { type DefaultBudget, type DefaultsRule, ownerText } from './member-defaults.ts';

/** A value in force; `version` is that of the rule that set it, absent where the member has its own. */
export type EffectiveValue<Value> = { value: Value; source: string; version?: number | undefined };

/** What is in force for a member, and what set each value. */
export type MemberStanding = {
  budgets: (EffectiveValue<DefaultBudget> & { period: Period })[];
  levels: readonly LevelInForce[];
  holdSeconds: EffectiveValue<number> | undefined;
  idleSeconds: EffectiveValue<number> | undefined;
};

/**
 * What is in force for a member: for each period its own budget, else that of the first rule that has
 * one; levels by `levelsInForce`; times of the first rule that sets them.
 * @param rules that apply to the member, the department's before the organization's
 */
export function memberStanding(
  target: ScopeRef | undefined,
  {
    own,
    levels,
    rules,
  }: { own: readonly Budget[]; levels: OwnLevels | undefined; rules: readonly DefaultsRule[] },
): MemberStanding {
  return {
    budgets: PERIODS.flatMap((period) => {
      const budget = own.find((candidate) => candidate.period === period);
      if (budget) {
        const { owner: source, version } = budget.source ?? {
          owner: `${budget.scope}/${shownId(budget)}`,
          version: undefined,
        };
        return [{ period, value: budget, source, version }];
      }
      const value = firstOf(rules, ({ defaults }) => defaults.budgets?.[period]);
      return value ? [{ period, ...value }] : [];
    }),
    levels: target ? levelsInForce(target.scope, levels, rules.map(levelDefaultsOf)) : [],
    holdSeconds: firstOf(rules, ({ defaults }) => defaults.holdSeconds),
    idleSeconds: firstOf(rules, ({ defaults }) => defaults.idleSeconds),
  };
}

/** The levels that a rule sets, with its owner's name. */
export const levelDefaultsOf = ({ owner, defaults }: DefaultsRule) => ({
  owner: ownerText(owner),
  levels: defaults.levels ?? [],
});

function firstOf<Value>(
  rules: readonly DefaultsRule[],
  valueOf: (rule: DefaultsRule) => Value | undefined,
): EffectiveValue<Value> | undefined {
  for (const rule of rules) {
    const value = valueOf(rule);
    if (value !== undefined) return { value, source: ownerText(rule.owner), version: rule.version };
  }
  return undefined;
}
