import type { EndCause, EndState } from '../../domain/jobs/job.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { StoredJob } from '../../tables/jobs/jobs.ts';
import { type EndDeps, endJob } from './end-job.ts';

export type FollowDeps = EndDeps & { ledger: Pick<LedgerStore, 'getReservation'> };

/**
 * Ends a job whose money is held for somebody else's call, once that is settled, voided or expired.
 * @returns the job as it stands
 */
export async function followHold(
  deps: FollowDeps,
  job: StoredJob,
  nowMs: number,
): Promise<StoredJob> {
  const { kind, state, reservationId } = job;
  if (kind !== 'reservation' || state !== 'running' || reservationId === undefined) return job;
  const entry = await deps.ledger.getReservation(reservationId);
  if (!entry || entry.state === 'reserved') return job;
  const costNanoUsd = entry.chargedNanoUsd;
  const ended = await endJob(deps, job, ENDS[entry.state].state, {
    nowMs,
    cause: ENDS[entry.state].cause,
    ...(entry.state === 'voided' ? {} : { costNanoUsd }),
    ...(entry.state === 'expired' ? { reason: EXPIRED } : {}),
  });
  return ended ?? job;
}

const EXPIRED =
  'Nobody settled its reservation in time. Settle it still, if the call was made: it counts as spent until then.';

const ENDS = {
  settled: { state: 'succeeded', cause: undefined },
  voided: { state: 'cancelled', cause: 'voided' },
  expired: { state: 'expired', cause: 'not-settled' },
} as const satisfies Record<string, { state: EndState; cause: EndCause | undefined }>;
