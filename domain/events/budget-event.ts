import { type AuditEntry, type ChainedEntry, placeText } from '../audit/audit-entry.ts';
import { parseUsd } from '../money.ts';
import { isScope, type Scope } from '../scopes.ts';
import { subjectOf } from '../alerts/alert.ts';
import type { PurserEvent } from './purser-event.ts';

/** The entries of the audit log that change a budget or what it allows. */
export const BUDGET_ACTIONS = [
  'budget.put',
  'budget.delete',
  'override.add',
  'override.remove',
  'override.end',
  'reset.apply',
  'rollover.apply',
] as const;
type BudgetAction = (typeof BUDGET_ACTIONS)[number];

export const BUDGET_CHANGES = [
  'set',
  'raised',
  'lowered',
  'changed',
  'deleted',
  'override_added',
  'override_removed',
  'override_ended',
  'reset',
  'rolled_over',
] as const;
export type BudgetChangeName = (typeof BUDGET_CHANGES)[number];

const LIMITS = ['limitUsd', 'limitRequests', 'limitTokens'] as const;
/** What names the rule of a default budget. */
const SOURCE = ['scope', 'scopeId'];
/** What an audit entry says of an adjustment. */
const ADJUSTMENT = [
  'adjustmentId',
  'addUsd',
  'addRequests',
  'addTokens',
  'until',
  'reason',
  'from',
  'amountUsd',
] as const;
const OVERRIDE = /\/overrides\/[^/]+$/;

type Facts = ReadonlyMap<string, unknown>;

/**
 * The change of a budget that an audit entry records; `undefined` for other entries.
 * @throws Error if the entry names no budget
 */
export function budgetEventOf(entry: ChainedEntry): PurserEvent | undefined {
  const { organizationId, actor, atMs, chain } = entry;
  const action = BUDGET_ACTIONS.find((name) => name === entry.action);
  if (!action) return undefined;
  const isOverride = action.startsWith('override.');
  const budgetId = isOverride ? entry.target.replace(OVERRIDE, '') : entry.target;
  const [before, after] = [factsIn(entry.before), factsIn(entry.after)];
  const change = changeOf(action, entry);
  return {
    kind: 'budget_changed',
    organizationId,
    dedupKey: `audit#${chain}#${placeText(entry)}`,
    atMs,
    title: subjectOf(`Budget ${budgetId} ${DONE[change]} by ${actor}`),
    data: {
      ...budgetIn(budgetId),
      change,
      actor,
      ...(action.startsWith('budget.')
        ? settingsData(before, after)
        : Object.fromEntries(textsOf(new Map([...before, ...after]), ADJUSTMENT))),
    },
  };
}

const DONE: Record<BudgetChangeName, string> = {
  set: 'was set',
  raised: 'was raised',
  lowered: 'was lowered',
  changed: 'was changed',
  deleted: 'was deleted',
  override_added: 'got an override',
  override_removed: 'lost an override',
  override_ended: 'ended an override',
  reset: 'was reset',
  rolled_over: 'got what its last period left',
};

function changeOf(action: BudgetAction, { before, after }: AuditEntry): BudgetChangeName {
  switch (action) {
    case 'budget.put':
      return before === undefined ? 'set' : directionOf(factsIn(before), factsIn(after));
    case 'budget.delete':
      return 'deleted';
    case 'override.add':
      return 'override_added';
    case 'override.remove':
      return 'override_removed';
    case 'override.end':
      return 'override_ended';
    case 'reset.apply':
      return 'reset';
    case 'rollover.apply':
      return 'rolled_over';
  }
}

/** `changed` if no limit moved, or one up and another down. No limit is higher than any. */
function directionOf(before: Facts, after: Facts): BudgetChangeName {
  const moves = new Set(
    LIMITS.map((name) => compared(unitsOf(before.get(name)), unitsOf(after.get(name)))),
  );
  if (moves.has('raised') === moves.has('lowered')) return 'changed';
  return moves.has('raised') ? 'raised' : 'lowered';
}

function compared(
  before: bigint | undefined,
  after: bigint | undefined,
): 'raised' | 'lowered' | 'same' {
  if (before === after) return 'same';
  if (before === undefined) return 'lowered';
  return after === undefined || after > before ? 'raised' : 'lowered';
}

/** A limit in nano-dollars, or a count. Both are compared only with their like. */
function unitsOf(limit: unknown): bigint | undefined {
  if (limit === undefined) return undefined;
  const units = parseUsd(String(limit));
  if (units === undefined) throw new Error(`not a limit: ${String(limit)}`);
  return units;
}

/** All limits, and the other settings that differ, each before and after. */
function settingsData(before: Facts, after: Facts): Record<string, string> {
  // A default budget's facts also name the rule that set it.
  const names = new Set([...before.keys(), ...after.keys()]).difference(new Set(SOURCE));
  const limits = new Set<string>(LIMITS);
  const isTold = (name: string): boolean =>
    limits.has(name) || String(before.get(name)) !== String(after.get(name));
  const told = [...names].filter(isTold);
  return Object.fromEntries([...textsOf(before, told, 'Before'), ...textsOf(after, told, 'After')]);
}

const textsOf = (facts: Facts, names: readonly string[], suffix = ''): [string, string][] =>
  names.flatMap((name) => {
    const fact = facts.get(name);
    return fact === undefined ? [] : [[name + suffix, String(fact)]];
  });

const factsIn = (value: unknown): Facts =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);

/** `user/ada/daily` in parts. Ids of models contain slashes. */
function budgetIn(budgetId: string): { scope: Scope; scopeId: string; period: string } {
  const parts = budgetId.split('/');
  const [scope, period] = [parts[0], parts.at(-1)];
  const scopeId = parts.slice(1, -1).join('/');
  if (!isScope(scope) || !period || !scopeId) throw new Error(`not a budget: ${budgetId}`);
  return { scope, scopeId, period };
}
