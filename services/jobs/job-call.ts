import type { jobRequest } from '../../contracts/job-message.ts';
import type { Call } from '../../domain/access/caller.ts';
import { WIRES } from '../../domain/gateway/wire.ts';
import { callKeyOf } from '../../domain/jobs/job.ts';
import type * as z from 'zod';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import type { GatewayRequest } from '../gateway/gateway-request.ts';

type AskedCall = Extract<z.output<typeof jobRequest>, { kind: 'call' }>;

/** The gateway's request of a job's turn. Its Idempotency-Key is that of the turn. */
export const gatewayRequestOf = (
  job: StoredJob,
  call: Call,
  { modelName, payer, body, isLimitedAsPredicted, marksPrompts }: AskedCall,
): GatewayRequest => ({
  call,
  wire: WIRES['/v1/invocations'],
  modelName,
  payer: { ...payer, severity: job.severity, urgency: 'deferred' },
  body,
  headers: {},
  isStreamed: false,
  isLimitedAsPredicted,
  marksPrompts,
  cache: 'off',
  isCodex: false,
  requestId: job.jobId,
  idempotencyKey: callKeyOf(job),
});
