import type { jobRequest } from '../../contracts/job-message.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import { WIRES } from '../../domain/gateway/wire.ts';
import { callKeyOf, tierOf } from '../../domain/jobs/job.ts';
import type * as z from 'zod';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import type { GatewayRequest } from '../gateway/gateway-request.ts';

type AskedCall = Extract<z.output<typeof jobRequest>, { kind: 'call' }>;

/** The gateway's request of a job's turn. Its Idempotency-Key is that of the turn. */
export const gatewayRequestOf = (
  job: StoredJob,
  call: Call,
  { modelName, payer, body, isLimitedAsPredicted, marksPrompts, cache, shortening }: AskedCall,
): GatewayRequest => ({
  call,
  wire: WIRES['/v1/invocations'],
  modelName,
  ...tiered({ ...payer, severity: job.severity, urgency: 'deferred' }, body, tierOf(job)),
  headers: {},
  isStreamed: false,
  isLimitedAsPredicted,
  marksPrompts,
  cache,
  shortening,
  isCodex: false,
  mayRepeatHit: true,
  requestId: job.jobId,
  idempotencyKey: callKeyOf(job),
});

/** What pays and what is sent, for a tier. */
const tiered = (
  payer: GatewayRequest['payer'],
  body: JsonObject,
  tier: 'flex' | undefined,
): Pick<GatewayRequest, 'payer' | 'body'> =>
  tier === undefined
    ? { payer, body }
    : { payer: { ...payer, serviceTier: tier }, body: { ...body, serviceTier: { type: tier } } };
