import { setTimeout as sleep } from 'node:timers/promises';
import { PurserError } from '../../../client/purser-error.ts';
import type { Purser } from '../../../client/purser.ts';
import type { Delivery } from '../../../domain/ledger/delivery.ts';
import { type NanoUsd, parseUsd } from '../../../domain/money.ts';
import { purserError } from '../timed-purser.ts';
import type { SentRow } from './send-row.ts';

/** How the ledger says that a call ended. */
export type ClosedCall = {
  reservationId: string;
  /** HTTP status that its client got. */
  status: number;
  /** `settled` or `voided`, unless something is wrong. */
  state: string;
  /** Absent if the answer was delivered whole, or nothing was. */
  delivery: Delivery | undefined;
  model: string;
  settledNanoUsd: NanoUsd;
  inputTokens: number;
  outputTokens: number;
};

const OPEN = 'reserved';
const POLL_MS = 250;

/**
 * What became of every reservation that a client was told of, once none is open or time has run out.
 * A reservation that cannot be read has its HTTP status as its state.
 */
export async function closedCalls(
  purser: Purser,
  sent: readonly SentRow[],
  waitMs: number,
): Promise<ClosedCall[]> {
  const startedMs = performance.now();
  const calls: ClosedCall[] = [];
  for (const { reservationId, status } of sent) {
    if (reservationId === undefined) continue;
    for (;;) {
      const call = { reservationId, status, ...(await readCall(purser, reservationId)) };
      if (call.state === OPEN && performance.now() - startedMs <= waitMs) {
        await sleep(POLL_MS);
        continue;
      }
      calls.push(call);
      break;
    }
  }
  return calls;
}

async function readCall(
  purser: Purser,
  id: string,
): Promise<Omit<ClosedCall, 'reservationId' | 'status'>> {
  const read = await purser.call('getReservation', { params: { id } }).catch(purserError);
  const answer = read instanceof PurserError ? undefined : read;
  return {
    state: read instanceof PurserError ? `HTTP ${read.status}` : read.state,
    delivery: answer?.delivery,
    model: answer?.model ?? '',
    settledNanoUsd: parseUsd(answer?.settledUsd ?? '0') ?? 0n,
    inputTokens: answer?.usage?.inputTokens ?? 0,
    outputTokens: answer?.usage?.outputTokens ?? 0,
  };
}
