import { createPurser } from '../../client/purser.ts';
import { DEPARTMENTS } from '../traces/sample-profiles.ts';
import { OWN_RUN_ORGANIZATION, type OwnRun } from '../own-run.ts';

/** So much that a load test does not end for want of money. */
const LIMIT_USD = '1000000';

/**
 * Gives a run of one's own the budgets that a platform has: one per department, and one of the
 * organization, all in escrow, because many requests share them.
 */
export async function putBudgets({ url, key }: Pick<OwnRun, 'url' | 'key'>): Promise<void> {
  const purser = createPurser({ url, key });
  const scopes = [
    { scope: 'organization', scopeId: OWN_RUN_ORGANIZATION },
    ...DEPARTMENTS.map((scopeId) => ({ scope: 'department', scopeId })),
  ];
  for (const { scope, scopeId } of scopes) {
    await purser.call('putBudget', {
      params: { scope, scopeId, period: 'monthly' },
      body: { limitUsd: LIMIT_USD, mode: 'escrow' },
    });
  }
}
