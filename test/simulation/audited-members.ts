import type { Budget, BudgetBook } from '../../domain/ledger/budget.ts';
import { PERIODS } from '../../domain/periods.ts';
import { SEEN_BY_ALL_MS } from './audited-books.ts';

export type MemberAudit = ReturnType<typeof createMemberAudit>;

/** Watches what becomes of members without an operator: default budgets, and runs of sessions. */
export function createMemberAudit(now: () => number) {
  /** When a session was used last, by what was really held and charged. */
  const usedAtMs = new Map<string, number>();

  /** Requests that began before may still hold money in the earlier run. */
  function isTooEarly(before: Budget, after: Budget): boolean {
    const lastMs = usedAtMs.get(after.scopeId);
    if (after.runs?.at(-1) === before.runs?.at(-1) || lastMs === undefined) return false;
    const { idleSeconds = 0 } = before;
    return lastMs + idleSeconds * 1_000 > now() + SEEN_BY_ALL_MS;
  }

  return {
    use(sessionId: string | undefined): void {
      if (sessionId !== undefined) usedAtMs.set(sessionId, now());
    },

    /** The law that a change of a member's book breaks, if any. */
    broken(before: BudgetBook | undefined, after: BudgetBook): string | undefined {
      for (const period of PERIODS) {
        const [was, is] = [before?.[period], after[period]];
        if (was && !was.source && is?.source) return 'a default replaces nothing that was set';
        if (was?.source && is?.source?.owner === was.source.owner) {
          if (is.source.version < was.source.version) return 'a rule replaces only an older one';
        }
        if (was && is && isTooEarly(was, is))
          return 'a session begins again only after it was idle';
      }
      return undefined;
    },
  };
}
