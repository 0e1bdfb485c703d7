import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { DELIVERIES, type Delivery } from '../../../domain/ledger/delivery.ts';
import { type NanoUsd, parseUsd } from '../../../domain/money.ts';
import type { ApiClient } from '../../../bin/tools/api-client.ts';
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
const tokens = z.number().default(0);
const stateSchema = z.object({
  state: z.string(),
  model: z.string(),
  settledUsd: z.string(),
  delivery: z.enum(DELIVERIES).optional(),
  usage: z
    .object({
      inputTokens: tokens,
      outputTokens: tokens,
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
    })
    .optional(),
});

/**
 * What became of every reservation that a client was told of, once none is open or time has run out.
 * A reservation that cannot be read has its HTTP status as its state.
 */
export async function closedCalls(
  api: ApiClient,
  sent: readonly SentRow[],
  waitMs: number,
): Promise<ClosedCall[]> {
  const startedMs = performance.now();
  const calls: ClosedCall[] = [];
  for (const { reservationId, status } of sent) {
    if (reservationId === undefined) continue;
    for (;;) {
      const call = await readCall(api, reservationId, status);
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
  api: ApiClient,
  reservationId: string,
  status: number,
): Promise<ClosedCall> {
  const path = `/v1/reservations/${encodeURIComponent(reservationId)}`;
  const answer = await api({ method: 'GET', path });
  const { data } = stateSchema.safeParse(answer.body);
  const { inputTokens = 0, outputTokens = 0 } = data?.usage ?? {};
  return {
    reservationId,
    status,
    state: data?.state ?? `HTTP ${answer.status}`,
    delivery: data?.delivery,
    model: data?.model ?? '',
    settledNanoUsd: parseUsd(data?.settledUsd ?? '0') ?? 0n,
    inputTokens,
    outputTokens,
  };
}
