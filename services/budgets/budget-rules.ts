import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { createRefreshed } from '../refreshed.ts';

/** A change applies in every process within two seconds. */
const FRESH_MS = 1_000;
const STALE_MS = 2_000;

/** What an organization has set that decides which budgets apply to a request. */
export type BudgetRules = {
  /** Tags whose values are scopes. */
  listedTags: readonly string[];
};

export type BudgetRulesReader = { current(organizationId: string): Promise<BudgetRules> };

/**
 * The rules of each organization, in memory. A failed reading leaves the last one in force. Rules that
 * were never read are not guessed, since a request could pass a budget unseen: the error goes to the
 * caller.
 */
export function createBudgetRules(deps: {
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  now: () => number;
}): BudgetRulesReader {
  const current = createRefreshed(
    async (organizationId): Promise<BudgetRules> => ({
      listedTags: await deps.settings.listedTags(organizationId),
    }),
    { now: deps.now, freshMs: FRESH_MS, staleMs: STALE_MS },
  );
  return { current };
}
