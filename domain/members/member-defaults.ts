import type { ThresholdLevel } from '../controls/thresholds.ts';
import type { Budget } from '../ledger/budget.ts';
import { changedSettings, type SettingsChange, settingsWith } from '../ledger/budget-settings.ts';
import { type Period, PERIODS } from '../periods.ts';
import { SCOPES, shownId, type SpelledScope } from '../scopes.ts';

/** Who gets defaults: a user, an agent's session, or an API key. */
export const MEMBER_KINDS = ['user', 'session', 'key'] as const;
export type MemberKind = (typeof MEMBER_KINDS)[number];

/** A scope's kind of member, or `undefined` if it cannot have defaults. */
export const memberKindOf = (scope: string): MemberKind | undefined =>
  MEMBER_KINDS.find((kind) => kind === scope);

/** Who sets defaults for its members. */
export const DEFAULTS_OWNERS = ['organization', 'department'] as const;
export type DefaultsOwner = SpelledScope & { scope: (typeof DEFAULTS_OWNERS)[number] };

/**
 * What a default budget says: what it limits, in money, requests or tokens, and how. The member's own
 * budget takes everything else from its kind.
 */
export type DefaultBudget = Pick<
  Budget,
  'limitNanoUsd' | 'countLimits' | 'timeZone' | 'enforcement' | 'onExpiry'
>;

/** What a member gets as long as nobody sets it on the member itself. */
export type MemberDefaults = {
  budgets?: Partial<Record<Period, DefaultBudget>> | undefined;
  levels?: readonly ThresholdLevel[] | undefined;
  /** How long a reservation holds money. */
  holdSeconds?: number | undefined;
  /** A session ends after it was idle for so long. */
  idleSeconds?: number | undefined;
};

/** Names one rule of an organization. */
export type RuleRef = { owner: DefaultsOwner; member: MemberKind };

/**
 * The defaults that one owner sets for one kind of member. `version` counts the changes of the rule,
 * and goes on when the rule is removed and set again.
 */
export type DefaultsRule = RuleRef & {
  defaults: MemberDefaults;
  version: number;
  updatedAtMs: number;
};

/** A change of a rule: what is `undefined` stays, `null` is removed. */
export type DefaultsChange = {
  budgets?: Partial<Record<Period, DefaultBudgetChange | null | undefined>> | null | undefined;
  levels?: readonly ThresholdLevel[] | null | undefined;
  holdSeconds?: number | null | undefined;
  idleSeconds?: number | null | undefined;
};

/** A change of one default budget; `null` sets the value that a new budget has. */
export type DefaultBudgetChange = Pick<SettingsChange, keyof DefaultBudget>;

const NO_LIMIT = 'is missing; send it, or send limit with usd, requests or tokens';

/** Something that a rule may not say, named by its place in the rule. */
export type RuleFault = { field: string; message: string };

/** `organization/acme`: names the owner of a rule where the source of a value is shown. */
export const ownerText = (owner: DefaultsOwner): string => `${owner.scope}/${shownId(owner)}`;

/** The rules that a member follows, the most specific first. */
export const rulesFor = (
  organizationId: string,
  member: MemberKind,
  departmentId: string | undefined,
): RuleRef[] => [
  ...(departmentId === undefined
    ? []
    : [{ owner: { scope: 'department' as const, scopeId: departmentId }, member }]),
  { owner: { scope: 'organization', scopeId: organizationId }, member },
];

/** Whether a kind of member bears budgets and levels. */
export const bearsBudgets = (member: MemberKind): boolean =>
  SCOPES.some((scope) => scope === member);

/** Defaults after a change, and what is wrong with them then. */
export function changedDefaults(
  member: MemberKind,
  before: MemberDefaults,
  change: DefaultsChange,
): { defaults: MemberDefaults; faults: RuleFault[] } {
  const faults: RuleFault[] = [];
  const budgets: Partial<Record<Period, DefaultBudget>> = {};
  for (const period of PERIODS) {
    const own = change.budgets === null ? null : change.budgets?.[period];
    const kept = before.budgets?.[period];
    if (own === null || (own === undefined && !kept)) continue;
    const budget = changedBudget(kept, own ?? {});
    if (budget) budgets[period] = budget;
    else faults.push({ field: `budgets.${period}.limitUsd`, message: NO_LIMIT });
  }
  const levels = replaced(before.levels, change.levels);
  const defaults: MemberDefaults = {
    budgets: Object.keys(budgets).length === 0 ? undefined : budgets,
    levels: levels?.length === 0 ? undefined : levels,
    holdSeconds: replaced(before.holdSeconds, change.holdSeconds),
    idleSeconds: replaced(before.idleSeconds, change.idleSeconds),
  };
  return { defaults, faults: [...faults, ...faultsOf(member, defaults)] };
}

/**
 * How long a request holds its money by default: as its session, its user or its key says, in this
 * order. `undefined` if no rule says so.
 * @param rules that apply to them, the department's before the organization's
 */
export function defaultHoldSeconds(
  rules: readonly DefaultsRule[],
  sessionId: string | undefined,
): number | undefined {
  const of = (kind: MemberKind): number | undefined =>
    rules.find(({ member, defaults }) => member === kind && defaults.holdSeconds !== undefined)
      ?.defaults.holdSeconds;
  return (sessionId === undefined ? undefined : of('session')) ?? of('user') ?? of('key');
}

/** Whether a rule sets anything. */
export const setsNothing = (defaults: MemberDefaults): boolean =>
  Object.values(defaults).every((value) => value === undefined);

/** @returns `undefined` if nothing would be limited */
function changedBudget(
  before: DefaultBudget | undefined,
  change: DefaultBudgetChange,
): DefaultBudget | undefined {
  const settings = changedSettings(before && settingsWith(before), change);
  if (!settings) return undefined;
  const { limitNanoUsd, countLimits, timeZone, enforcement, onExpiry } = settings;
  return { limitNanoUsd, countLimits, timeZone, enforcement, onExpiry };
}

const replaced = <Value>(
  before: Value | undefined,
  change: Value | null | undefined,
): Value | undefined => (change === undefined ? before : (change ?? undefined));

function faultsOf(member: MemberKind, { budgets, levels, idleSeconds }: MemberDefaults) {
  const faults: RuleFault[] = [];
  if (!bearsBudgets(member)) {
    const message = `a ${member} has none of its own`;
    if (budgets) faults.push({ field: 'budgets', message });
    if (levels) faults.push({ field: 'levels', message });
  }
  for (const [position, level] of (levels ?? []).entries()) {
    if (!('percentHundredths' in level) || budgets?.[level.period as Period]) continue;
    faults.push({
      field: `levels[${position}].percent`,
      message: `needs a ${level.period} budget in this rule to be a percentage of`,
    });
  }
  for (const period of PERIODS) {
    if (member !== 'session' || period === 'total' || !budgets?.[period]) continue;
    faults.push({ field: `budgets.${period}`, message: 'a session has a total budget only' });
  }
  if (idleSeconds !== undefined && member !== 'session') {
    faults.push({ field: 'idleSeconds', message: 'only a session ends after it was idle' });
  }
  return faults;
}
