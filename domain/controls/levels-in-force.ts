import { type Period, PERIODS } from '../periods.ts';
import { kindOf, type Scope } from '../scopes.ts';
import { BUILT_IN } from './built-in-levels.ts';
import { type ThresholdLevel, WATCHED_PERIODS } from './thresholds.ts';

/** What set a level: one of the scope's budgets, the scope itself, the rule of an owner, or nobody. */
export type LevelSource =
  | { kind: 'budget'; period: Period }
  | { kind: 'scope' }
  | { kind: 'defaults'; owner: string }
  | { kind: 'builtin' };

/** A level that a scope's spend is compared with. */
export type LevelInForce = ThresholdLevel & { source: LevelSource };

/** The levels that are stored of one scope: its own, and those that came with each of its budgets. */
export type OwnLevels = {
  levels?: readonly ThresholdLevel[] | undefined;
  budgets?: Partial<Record<Period, readonly ThresholdLevel[]>> | undefined;
};

/** Levels that an owner, such as `organization/acme`, sets for its members. */
export type LevelDefaults = { owner: string; levels: readonly ThresholdLevel[] };

/**
 * The levels in force for a scope. In each watched period the most specific set wins: those of its
 * budgets and its own together, else the defaults of its owners, else the built-in ones.
 * @param defaults for members, those of the department before those of the organization
 */
export function levelsInForce(
  scope: Scope,
  own: OwnLevels | undefined,
  defaults: readonly LevelDefaults[] = [],
): LevelInForce[] {
  const sets: LevelInForce[][] = [
    [
      ...PERIODS.flatMap((period) =>
        sourced(own?.budgets?.[period] ?? [], { kind: 'budget', period }),
      ),
      ...sourced(own?.levels ?? [], { kind: 'scope' }),
    ],
    ...defaults.map(({ owner, levels }) => sourced(levels, { kind: 'defaults', owner })),
    sourced(BUILT_IN[kindOf(scope)], { kind: 'builtin' }),
  ];
  return WATCHED_PERIODS.flatMap((period) => {
    const ofPeriod = sets.map((levels) => levels.filter((level) => level.period === period));
    return ofPeriod.find((levels) => levels.length > 0) ?? [];
  });
}

const sourced = (levels: readonly ThresholdLevel[], source: LevelSource): LevelInForce[] =>
  levels.map((level) => ({ ...level, source }));

/** Levels that restrict, without the built-in ones, which only alert if a budget is enforced. */
export const withoutBuiltIn = (levels: readonly LevelInForce[]): LevelInForce[] =>
  levels.filter(({ source }) => source.kind !== 'builtin');

/** Whether somebody set levels for the scope itself, on it or with one of its budgets. */
export const hasOwnLevels = (levels: readonly LevelInForce[]): boolean =>
  levels.some(({ source: { kind } }) => kind === 'scope' || kind === 'budget');
