import { type QueuedJob, queuedJobOf } from '../../contracts/jobs.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import { ServiceError } from '../../services/errors.ts';
import type { ClientAnswer, GatewayRequest } from '../../services/gateway/gateway-request.ts';
import { type ServeDeps, serveRequest } from '../../services/gateway/serve-request.ts';
import { callWork } from '../../services/jobs/new-work.ts';
import { isWaitable, queuedBefore, queueRefused } from '../../services/jobs/queue-refused.ts';
import type { SubmitDeps } from '../../services/jobs/submit-job.ts';

/** Without `waiting`, no call waits. */
export type QueuingDeps = ServeDeps & { waiting?: SubmitDeps };

/**
 * Makes a call, or queues it if it may wait and there is no room for it. Only Purser's own format
 * knows an answer for that.
 * @param asked the request as it was sent, which is what waits
 * @returns what to answer if it waits
 */
export async function serveOrQueue(
  deps: QueuingDeps,
  asked: GatewayRequest & { call: Caller & Call },
  client: ClientAnswer,
): Promise<QueuedJob | undefined> {
  const { call, idempotencyKey, wire, payer } = asked;
  const { waiting } = deps;
  const mayQueue = wire.family === 'purser' && payer.urgency === 'deferred';
  const sent = waiting && mayQueue ? { ...callWork(asked), idempotencyKey, waiting } : undefined;
  const before = sent && (await queuedBefore(call, sent));
  if (before) return queuedJobOf(before.job, before.place);
  try {
    await serveRequest(deps, asked, client);
    return undefined;
  } catch (error) {
    if (!(error instanceof ServiceError) || !isWaitable(error)) throw error;
    if (!sent) throw payer.urgency === 'deferred' ? withHint(error) : error;
    const { job, place } = await queueRefused(call, sent);
    return queuedJobOf(job, place);
  }
}

/** Clients of other formats cannot read the answer to a call that waits. */
const withHint = ({ facts, message, fields, retryAfterMs }: ServiceError): ServiceError =>
  new ServiceError(facts, `${message} Send it to POST /v1/jobs to let it wait.`, {
    fields,
    retryAfterMs,
  });
