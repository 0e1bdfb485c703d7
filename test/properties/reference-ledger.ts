import {
  become,
  correctHeld,
  expireHeld,
  type Held,
  newHeld,
  settleHeld,
  voidHeld,
} from './reference-entries.ts';
import { ReferenceBudget } from './reference-budget.ts';
import { headroomOf, isShortOfCounts, type Rule, type Sum } from './reference-sums.ts';

/** The ledger's promises as plain sums: one caller, one clock, no store, no lending. */
export class ReferenceLedger {
  /** All that were ever set. */
  private readonly budgets = new Map<string, ReferenceBudget>();

  /** A budget that is set. */
  budget(target: Target): ReferenceBudget | undefined {
    const budget = this.budgets.get(idOf(target));
    return budget?.rule && budget;
  }

  setLimit(rule: Rule, nowMs: number): void {
    const budget = this.budgets.get(idOf(rule)) ?? new ReferenceBudget();
    this.budgets.set(idOf(rule), budget);
    budget.set(rule, nowMs);
  }

  /** @returns whether there was such a budget */
  remove(target: Target): boolean {
    return this.budget(target)?.remove() ?? false;
  }

  /** The balances of all budgets that apply to a set of scopes at a given time. */
  applying(scopes: ReadonlySet<string>, atMs: number, nowMs = atMs): Sum[] {
    return this.inForce(scopes).map((budget) => budget.sumAt(atMs, nowMs));
  }

  /** What somebody sees who looks at budgets: overrides that are over end first. */
  reading(scopes: ReadonlySet<string>, atMs: number, nowMs: number): Sum[] {
    for (const budget of this.inForce(scopes)) budget.endOverdue(nowMs);
    return this.applying(scopes, atMs, nowMs);
  }

  /** What a decision finds. */
  deciding(scopes: ReadonlySet<string>, nowMs: number): Sum[] {
    this.reading(scopes, nowMs, nowMs);
    return this.charging(scopes, nowMs, nowMs);
  }

  /** What a charge finds: a session that was idle for too long begins again. */
  charging(scopes: ReadonlySet<string>, atMs: number, nowMs: number): Sum[] {
    this.applying(scopes, atMs, nowMs);
    for (const budget of this.inForce(scopes)) budget.beginRun(Math.min(atMs, nowMs));
    return this.applying(scopes, atMs, nowMs);
  }

  /** Ends overrides that are over, and rolls over what periods left. */
  sweep(nowMs: number): void {
    for (const budget of this.inForce()) {
      budget.endOverdue(nowMs);
      budget.rollOver(nowMs);
    }
  }

  /** Every period of the budgets that are set, as far as their calendars still have it. */
  sums(): Sum[] {
    return this.inForce().flatMap((budget) => budget.sums());
  }

  /** The balances that refuse an amount. */
  short(balances: Sum[], amount: bigint, tokens: number): Sum[] {
    return balances.filter(
      (sum) =>
        this.budget(sum.rule)?.rule?.isEnforced &&
        (headroomOf(sum) < amount || isShortOfCounts(sum, tokens)),
    );
  }

  hold(balances: Sum[], amount: bigint, expiresAtMs: number, tokens = 0): Held {
    const releasing = balances.filter(({ rule }) => this.budget(rule)?.rule?.isReleasing);
    const isReleasing = balances.length > 0 && releasing.length === balances.length;
    return newHeld(balances, { amount, tokens, expiresAtMs, isReleasing });
  }

  charge(balances: Sum[], cost: bigint, usedTokens: number): Held {
    const charged = this.hold(balances, 0n, 0);
    charged.usedTokens = usedTokens;
    become(charged, 'settled', cost);
    return charged;
  }

  readonly settle = settleHeld;
  readonly void = voidHeld;
  readonly expire = expireHeld;
  readonly correct = correctHeld;

  /** Notes that sessions were used. */
  use(balances: readonly Sum[], atMs: number): void {
    for (const sum of balances) if (sum.rule.scope === 'session') sum.usedMs = atMs;
  }

  private inForce(scopes?: ReadonlySet<string>): ReferenceBudget[] {
    return [...this.budgets.values()].filter(
      ({ rule }) => rule && (!scopes || scopes.has(`${rule.scope}/${rule.scopeId}`)),
    );
  }
}

type Target = Pick<Rule, 'scope' | 'scopeId' | 'period'>;

export const idOf = ({ scope, scopeId, period }: Target): string => `${scope}/${scopeId}/${period}`;
