import type { Call, Caller } from '../../domain/access/caller.ts';
import type { ServiceError } from '../errors.ts';
import type { Barred, Rejected } from '../reservations/reservation-outcome.ts';
import type { NewWork } from './new-work.ts';
import { earlierJob, submitJob, type SubmitDeps, type Submitted } from './submit-job.ts';

/** A request that may wait, and what queues it. */
type Sent = NewWork & { idempotencyKey: string | undefined; waiting: SubmitDeps };

/** Whether time may lift a refusal: that of a budget or of a throttle. */
export const mayWait = (outcome: Rejected | Barred): boolean =>
  outcome.kind === 'reject' ||
  outcome.because === 'rate' ||
  outcome.control.restriction.action === 'throttle';

/** The same, of a refusal as the gateway throws it. */
export function isWaitable({ facts }: ServiceError): boolean {
  if (facts.kind === 'control-in-force') return facts.control.action === 'throttle';
  return facts.kind === 'budget-exceeded' || facts.kind === 'throttled';
}

/** The job that an earlier call with the same Idempotency-Key made of this request. */
export async function queuedBefore(call: Call, sent: Sent): Promise<Submitted | undefined> {
  return sent.idempotencyKey === undefined ? undefined : earlierJob(sent.waiting, call, sent);
}

/** Queues a request that was refused and may wait. */
export const queueRefused = (call: Caller & Call, sent: Sent): Promise<Submitted> =>
  submitJob(sent.waiting, call, sent);
