import * as z from 'zod';
import type { AssignedRequest } from '../traces/assign-request.ts';
import { type NanoUsd, parseUsd } from '../../domain/money.ts';
import {
  type ApiAnswer,
  type ApiClient,
  ApiUnreachableError,
  problemType,
} from '../../bin/tools/api-client.ts';
import { createTally, type ReplayTally } from './replay-tally.ts';

/** One row of a trace, ready to be sent. */
export type ReplayRow = {
  rowNumber: number;
  /** When it is due after the start, at the trace's own pace. */
  dueMs: number;
  request: AssignedRequest;
  outputTokens: number;
};

type Dependencies = {
  api: ApiClient;
  sleep: (ms: number) => Promise<void>;
  now: () => number;
};

type Options = {
  /** Part of every Idempotency-Key: sending the same run again changes nothing. */
  runId: string;
  concurrency: number;
  /** How many times faster than the trace; 0 sends as fast as answers arrive. */
  speedUp: number;
  maxOutputTokens?: number | undefined;
  /** Ends the replay after the rows in progress. */
  signal: AbortSignal;
  onRow: (tally: ReplayTally) => void;
};

const usdAmount = z.string().transform((text, context): NanoUsd => {
  const amount = parseUsd(text);
  if (amount !== undefined) return amount;
  context.addIssue({ code: 'custom', message: `not an amount: ${text}` });
  return z.NEVER;
});
const reservation = z.object({
  reservationId: z.string(),
  decision: z.enum(['proceed', 'downgrade']),
  model: z.string(),
  allocatedUsd: usdAmount,
  prediction: z.object({ model: z.string(), expectedCostUsd: z.string() }).optional(),
});
const closed = z.object({ reservationId: z.string(), state: z.enum(['settled', 'expired']) });
const state = z.object({ model: z.string(), allocatedUsd: usdAmount });
const settlement = z.object({ settledUsd: usdAmount });
const refusal = z.object({
  decidingBudgetId: z.string().optional(),
  control: z.object({ action: z.string(), scope: z.string(), scopeId: z.string() }).optional(),
});

/**
 * Sends every row as an AI request: reserves its money, then settles with the trace's token counts.
 * Ends with the last row, or after `signal` once the rows in progress are done.
 */
export async function replayTrace(
  dependencies: Dependencies,
  rows: AsyncIterator<ReplayRow> | Iterator<ReplayRow>,
  options: Options,
): Promise<ReplayTally> {
  const { sleep, now } = dependencies;
  const tally = createTally();
  const startedMs = now();
  const worker = async (): Promise<void> => {
    while (!options.signal.aborted) {
      const next = await rows.next();
      if (next.done) return;
      if (options.speedUp > 0) {
        const waitMs = startedMs + next.value.dueMs / options.speedUp - now();
        if (waitMs > 0) await sleep(waitMs);
        if (options.signal.aborted) return;
      }
      await replayRow(dependencies, next.value, options, tally);
      options.onRow(tally);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, worker));
  tally.durationMs = now() - startedMs;
  return tally;
}

async function replayRow(
  { api }: Dependencies,
  { rowNumber, request, outputTokens }: ReplayRow,
  { runId, maxOutputTokens }: Options,
  tally: ReplayTally,
): Promise<void> {
  tally.sent += 1;
  const { modelFrom: _, ...body } = request;
  const reserved = await answered(tally, 'reserve', () =>
    api({
      method: 'POST',
      path: '/v1/reservations',
      idempotencyKey: `${runId}-${rowNumber}`,
      body: { ...body, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) },
    }),
  );
  if (!reserved) return;
  tally.reserveLatenciesMs.push(reserved.latencyMs);
  if (reserved.status === 202) {
    tally.decisions.queue += 1;
    return;
  }
  if (reserved.status === 429) {
    tally.decisions.reject += 1;
    tally.count('refusals', refusedBy(reserved.body));
    return;
  }
  const earlierHold =
    reserved.status === 201
      ? reservation.safeParse(reserved.body).data
      : await heldBefore(api, tally, reserved, request.model);
  if (!earlierHold) return tally.count('failures', failureOf('reserve', reserved));
  tally.decisions[earlierHold.decision] += 1;
  tally.heldNanoUsd += earlierHold.allocatedUsd;

  const settled = await answered(tally, 'settle', () =>
    api({
      method: 'POST',
      path: `/v1/reservations/${encodeURIComponent(earlierHold.reservationId)}/settle`,
      body: { usage: { inputTokens: request.inputTokens, outputTokens } },
    }),
  );
  if (!settled) return;
  tally.settleLatenciesMs.push(settled.latencyMs);
  const charged = settled.status === 200 ? settlement.safeParse(settled.body).data : undefined;
  if (!charged) return tally.count('failures', failureOf('settle', settled));
  tally.settled += 1;
  tally.settledNanoUsd += charged.settledUsd;
  // After a downgrade, the prediction covers the requested model.
  if (earlierHold.prediction?.model === earlierHold.model) {
    tally.costs.push({
      predictedUsd: Number(earlierHold.prediction.expectedCostUsd),
      heldUsd: Number(earlierHold.allocatedUsd) / 1e9,
      actualUsd: Number(charged.settledUsd) / 1e9,
    });
  }
}

/**
 * What an earlier attempt of the same run held, if its key is refused because its reservation is
 * closed.
 */
async function heldBefore(
  api: ApiClient,
  tally: ReplayTally,
  { status, body }: ApiAnswer,
  modelAsked: string,
): Promise<z.output<typeof reservation> | undefined> {
  const ended = status === 409 ? closed.safeParse(body).data : undefined;
  if (!ended) return undefined;
  const { reservationId } = ended;
  const path = `/v1/reservations/${encodeURIComponent(reservationId)}`;
  const answer = await answered(tally, 'reserve', () => api({ method: 'GET', path }));
  const stood = state.safeParse(answer?.body).data;
  if (!stood) return undefined;
  const decision = stood.model === modelAsked ? ('proceed' as const) : ('downgrade' as const);
  return { reservationId, decision, ...stood };
}

async function answered(
  tally: ReplayTally,
  step: 'reserve' | 'settle',
  call: () => Promise<ApiAnswer>,
): Promise<ApiAnswer | undefined> {
  try {
    const answer = await call();
    tally.retries += answer.retries;
    return answer;
  } catch (error) {
    if (!(error instanceof ApiUnreachableError)) throw error;
    tally.count('failures', `${step}: no answer`);
    return undefined;
  }
}

/** The budget or the control that refused the request. */
function refusedBy(body: unknown): string {
  const { decidingBudgetId, control } = refusal.safeParse(body).data ?? {};
  if (control) return `${control.action} of ${control.scope}/${control.scopeId}`;
  return decidingBudgetId ?? 'unnamed';
}

const failureOf = (step: string, { status, body }: ApiAnswer): string =>
  `${step}: ${status} ${problemType(body) ?? 'unexpected answer'}`;
