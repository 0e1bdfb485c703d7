import {
  become,
  correctHeld,
  expireHeld,
  type Held,
  newHeld,
  settleHeld,
  voidHeld,
} from './reference-entries.ts';
import { createReferenceBudget, type ReferenceBudget } from './reference-budget.ts';
import { headroomOf, isShortOfCounts, type Rule, type Sum } from './reference-sums.ts';

export type ReferenceLedger = ReturnType<typeof createReferenceLedger>;

/** The ledger's promises as plain sums: one caller, one clock, no store, no lending. */
export function createReferenceLedger() {
  /** All that were ever set. */
  const budgets = new Map<string, ReferenceBudget>();

  const inForce = (scopes?: ReadonlySet<string>): ReferenceBudget[] =>
    [...budgets.values()].filter(
      ({ rule }) => rule && (!scopes || scopes.has(`${rule.scope}/${rule.scopeId}`)),
    );

  /** The balances of all budgets that apply to a set of scopes at a given time. */
  const applying = (scopes: ReadonlySet<string>, atMs: number, nowMs = atMs): Sum[] =>
    inForce(scopes).map((budget) => budget.sumAt(atMs, nowMs));

  function charging(scopes: ReadonlySet<string>, atMs: number, nowMs: number): Sum[] {
    applying(scopes, atMs, nowMs);
    for (const budget of inForce(scopes)) budget.beginRun(Math.min(atMs, nowMs));
    return applying(scopes, atMs, nowMs);
  }

  function endOverdue(scopes: ReadonlySet<string>, nowMs: number): void {
    for (const budget of inForce(scopes)) budget.endOverdue(nowMs);
  }

  function hold(balances: Sum[], amount: bigint, expiresAtMs: number, tokens = 0): Held {
    const releasing = balances.filter(({ rule }) => budgetOf(rule)?.rule?.isReleasing);
    const isReleasing = balances.length > 0 && releasing.length === balances.length;
    return newHeld(balances, { amount, tokens, expiresAtMs, isReleasing });
  }

  const budgetOf = (rule: Target): ReferenceBudget | undefined => budgets.get(idOf(rule));

  return {
    /** A budget that is set. */
    budget(target: Target): ReferenceBudget | undefined {
      const budget = budgetOf(target);
      return budget?.rule && budget;
    },

    setLimit(rule: Rule, nowMs: number): void {
      const budget = budgetOf(rule) ?? createReferenceBudget();
      budgets.set(idOf(rule), budget);
      budget.set(rule, nowMs);
    },

    /** @returns whether there was such a budget */
    remove: (target: Target): boolean => budgetOf(target)?.remove() ?? false,

    applying,

    /** What a charge finds: a session that was idle for too long begins again. */
    charging,

    /** What a decision finds: overrides that are over end first. */
    deciding(scopes: ReadonlySet<string>, nowMs: number): Sum[] {
      endOverdue(scopes, nowMs);
      return charging(scopes, nowMs, nowMs);
    },

    /** What somebody sees who looks at budgets. */
    reading(scopes: ReadonlySet<string>, atMs: number, nowMs: number): Sum[] {
      endOverdue(scopes, nowMs);
      return applying(scopes, atMs, nowMs);
    },

    /** Ends overrides that are over, and rolls over what periods left. */
    sweep(nowMs: number): void {
      for (const budget of inForce()) {
        budget.endOverdue(nowMs);
        budget.rollOver(nowMs);
      }
    },

    /** Every period of the budgets that are set, as far as their calendars still have it. */
    sums: (): Sum[] => inForce().flatMap((budget) => budget.sums()),

    /** The balances that refuse an amount. */
    short: (balances: Sum[], amount: bigint, tokens: number): Sum[] =>
      balances.filter(
        (sum) =>
          budgetOf(sum.rule)?.rule?.isEnforced &&
          (headroomOf(sum) < amount || isShortOfCounts(sum, tokens)),
      ),

    hold,
    settle: settleHeld,
    void: voidHeld,
    expire: expireHeld,
    correct: correctHeld,

    charge(balances: Sum[], cost: bigint, usedTokens: number): Held {
      const charged = hold(balances, 0n, 0);
      charged.usedTokens = usedTokens;
      become(charged, 'settled', cost);
      return charged;
    },

    /** Notes that sessions were used. */
    use(balances: readonly Sum[], atMs: number): void {
      for (const sum of balances) if (sum.rule.scope === 'session') sum.usedMs = atMs;
    },
  };
}

type Target = Pick<Rule, 'scope' | 'scopeId' | 'period'>;

export const idOf = ({ scope, scopeId, period }: Target): string => `${scope}/${scopeId}/${period}`;
