import { voidEntry } from '../../domain/ledger/entry.ts';
import { isWorkflow, type Workflow } from '../../domain/ledger/workflow.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { isServiceError, notFound, type ServiceError } from '../errors.ts';
import { close, type CloseDeps, findReservation } from './settle-reservation.ts';

export const noWorkflow = (): ServiceError => notFound('No workflow has this ID.');

/** @throws ServiceError `not-found`, also for other organizations' workflows and for reservations */
export async function findWorkflow(
  ledger: LedgerStore,
  organizationId: string,
  workflowId: string,
): Promise<Workflow> {
  const entry = await findReservation(ledger, organizationId, workflowId).catch(
    (error: unknown) => {
      throw isServiceError(error, 'not-found') ? noWorkflow() : error;
    },
  );
  if (!isWorkflow(entry)) throw noWorkflow();
  return entry;
}

/**
 * Releases what the calls of a workflow have not drawn. What open calls drew stays theirs; what they do
 * not spend then goes back to the budgets. A workflow that has expired was released by then.
 */
export async function closeWorkflow(
  deps: CloseDeps,
  read: Workflow,
  nowMs: number,
): Promise<Workflow> {
  const closed = await close(deps, read, (entry) =>
    entry.state === 'expired' ? { kind: 'repeat', entry } : voidEntry(entry, nowMs),
  );
  if (!isWorkflow(closed)) throw new Error(`entry ${closed.entryId} was a workflow`);
  return closed;
}
