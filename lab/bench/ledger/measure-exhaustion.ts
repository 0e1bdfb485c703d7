import { isServiceError } from '../../../services/errors.ts';
import { timedCalls } from '../timed-calls.ts';
import type { LedgerBed } from './ledger-bed.ts';

export type ExhaustionFigures = {
  users: number;
  limitNanoUsd: bigint;
  /** Before exhaustion: lent and idle money, and its share of the unused money. */
  idleNanoUsd: bigint;
  unusedNanoUsd: bigint;
  /** At the end, with nothing in progress. */
  freeNanoUsd: bigint;
  granted: number;
  rejected: number;
  /** Answered 503 along the way. */
  givenUp: number;
  drawIns: number;
  /** Requested after the first rejection was answered, yet granted: some money was left. */
  grantedAfterRejection: number;
  tookMs: number;
};

const AT_A_TIME = 32;

/**
 * Many users share one budget in escrow mode: a few full requests each, then reservations only,
 * until each client has been rejected.
 * @param room number of reservations that fit in the budget
 */
export async function measureExhaustion(
  bed: LedgerBed,
  { users, pairs, room }: { users: number; pairs: number; room: number },
  onProgress: (note: string) => void,
): Promise<ExhaustionFigures> {
  const organization = await bed.organization('escrow', users, BigInt(room));
  await timedCalls(pairs, AT_A_TIME, async (index) => {
    const entry = await bed.reserve(organization, index);
    if (!entry) throw new Error('a request was refused although there is plenty');
    await bed.settle(organization, entry);
  });
  const before = await bed.budgetOf(organization);

  const drawInsBefore = bed.counts.drawIns;
  const figures = { granted: 0, rejected: 0, givenUp: 0, grantedAfterRejection: 0 };
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (;;) {
        const hasRejected = figures.rejected > 0;
        const outcome = await outcomeOf(() => bed.reserve(organization, next++));
        if (outcome === 'granted' && hasRejected) figures.grantedAfterRejection += 1;
        figures[outcome] += 1;
        if (outcome === 'rejected') return;
        onProgress(`${figures.granted} granted`);
      }
    }),
  );
  const tookMs = performance.now() - startedMs;
  const { balance } = await bed.budgetOf(organization);
  return {
    ...figures,
    users,
    limitNanoUsd: balance.limitNanoUsd,
    idleNanoUsd: before.idleNanoUsd,
    unusedNanoUsd: before.balance.headroomNanoUsd,
    freeNanoUsd: balance.headroomNanoUsd,
    drawIns: bed.counts.drawIns - drawInsBefore,
    tookMs,
  };
}

async function outcomeOf(ask: () => Promise<unknown>): Promise<'granted' | 'rejected' | 'givenUp'> {
  try {
    return (await ask()) ? 'granted' : 'rejected';
  } catch (error) {
    if (isServiceError(error, 'unavailable')) return 'givenUp';
    throw error;
  }
}
