import { limitsMoney, type BudgetStanding } from '../../domain/ledger/budget.ts';
import { holdMove } from '../../domain/ledger/entry-counts.ts';
import { type Entry, reservationChange } from '../../domain/ledger/entry.ts';
import type { Drawable } from '../../domain/ledger/workflow.ts';
import { type HoldDeps, type Holding, levelShort } from './hold-reservation.ts';

/**
 * Draws an entry's amount from its workflow: the workflow's entry shrinks by what the new entry holds,
 * in one transaction, so the balances that both name keep what they hold. Balances that the workflow
 * does not hold, such as that of a model's budget, hold the amount as usual. Those that count requests
 * or tokens count here.
 * @param standings those of the workflow first (`drawnStandings`)
 * @returns `undrawn` if the workflow cannot pay for it, `again` if another balance has too little
 */
export async function holdByDraw(
  deps: HoldDeps,
  offered: Entry,
  standings: BudgetStanding[],
  { workflow, restNanoUsd, opaqueKey }: Drawable & { opaqueKey: string | undefined },
): Promise<Holding | { kind: 'undrawn' }> {
  if (offered.amountNanoUsd > restNanoUsd) return { kind: 'undrawn' };
  const shared = workflow.balances.length;
  const entry = { ...offered, draw: { workflowId: workflow.entryId, shared } };
  const affected = standings.flatMap((standing, position) => {
    const isShared = position < shared;
    const counts = holdMove(standing, entry);
    const { ref } = standing.home;
    if (isShared && !counts && ref.scope !== 'session') return [];
    return [
      {
        ref,
        enforce: !isShared && limitsMoney(standing.budget),
        counts,
        change: reservationChange(isShared ? 0n : entry.amountNanoUsd),
      },
    ];
  });
  const result = await deps.ledger.draw(entry, affected, opaqueKey);
  if (result.kind === 'done') return { kind: 'held', entry };
  if (result.kind !== 'no-headroom') return result;
  await levelShort(deps, entry, standings.slice(shared));
  return { kind: 'again' };
}
