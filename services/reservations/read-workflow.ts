import { isReservationId } from '../../contracts/reservations.ts';
import { isWorkflow, type Workflow } from '../../domain/ledger/workflow.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { invalidField } from '../errors.ts';
import type { ReservationOrder } from './reservation-order.ts';

/**
 * The workflow that a request names, open or not.
 * @throws ServiceError `invalid-request` if the request's user, department and system have no such workflow
 */
export async function readWorkflow(
  ledger: LedgerStore,
  { call, request }: Pick<ReservationOrder, 'call' | 'request'>,
): Promise<Workflow | undefined> {
  const { workflowId, userId, departmentId, system } = request;
  if (workflowId === undefined) return undefined;
  const entry = isReservationId(workflowId) ? await ledger.getReservation(workflowId) : undefined;
  const isOwn =
    entry?.organizationId === call.organizationId &&
    entry.userId === userId &&
    entry.departmentId === departmentId &&
    entry.system === system;
  if (isOwn && isWorkflow(entry)) return entry;
  throw invalidField('workflowId', 'names no workflow of this user, department and system');
}
