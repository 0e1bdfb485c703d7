import type { AssignedRequest } from '../traces/assign-request.ts';
import { PurserError } from '../../client/purser-error.ts';
import type { Reservation } from '../../client/purser.ts';
import { type NanoUsd, parseUsd } from '../../domain/money.ts';
import type { TimedAnswer, TimedPurser } from './timed-purser.ts';
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
  timed: TimedPurser;
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

/** Decisions of budgets and controls, unlike quotas of callers. */
const REFUSALS = new Set(['budget-exceeded', 'control-in-force', 'throttled']);

/** What a reservation holds, as far as a replay needs it. */
type Held = Pick<
  Reservation,
  'reservationId' | 'decision' | 'model' | 'allocatedUsd' | 'prediction'
>;

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
  { timed }: Dependencies,
  { rowNumber, request, outputTokens }: ReplayRow,
  { runId, maxOutputTokens }: Options,
  tally: ReplayTally,
): Promise<void> {
  tally.sent += 1;
  const { modelFrom: _, ...body } = request;
  const reserved = await timed((purser) =>
    purser.call('createReservation', {
      idempotencyKey: `${runId}-${rowNumber}`,
      body: { ...body, maxOutputTokens },
    }),
  );
  if (!isAnswered(tally, 'reserve', reserved)) return;
  tally.reserveLatenciesMs.push(reserved.latencyMs);
  const { answer } = reserved;
  if (answer instanceof PurserError && REFUSALS.has(answer.type)) {
    tally.decisions.reject += 1;
    tally.count('refusals', refusedBy(answer));
    return;
  }
  const hold =
    answer instanceof PurserError ? await heldBefore(timed, answer, request.model) : answer;
  if (hold instanceof PurserError) return tally.count('failures', failureOf('reserve', hold));
  if (hold.decision === 'queue') return tally.count('refusals', 'queued');
  tally.decisions[hold.decision] += 1;
  tally.heldNanoUsd += nanoUsd(hold.allocatedUsd);

  const settled = await timed((purser) =>
    purser.settle(hold.reservationId, {
      usage: { inputTokens: request.inputTokens, outputTokens },
    }),
  );
  if (!isAnswered(tally, 'settle', settled)) return;
  tally.settleLatenciesMs.push(settled.latencyMs);
  if (settled.answer instanceof PurserError) {
    return tally.count('failures', failureOf('settle', settled.answer));
  }
  const { settledUsd } = settled.answer;
  tally.settled += 1;
  tally.settledNanoUsd += nanoUsd(settledUsd);
  // After a downgrade, the prediction covers the requested model.
  if (hold.prediction?.model === hold.model) {
    tally.costs.push({
      predictedUsd: Number(hold.prediction.expectedCostUsd),
      heldUsd: Number(hold.allocatedUsd),
      actualUsd: Number(settledUsd),
    });
  }
}

/**
 * What an earlier attempt of the same run held, if its key is refused because its reservation is
 * closed.
 */
async function heldBefore(
  timed: TimedPurser,
  error: PurserError,
  modelAsked: string,
): Promise<Held | PurserError> {
  const { reservationId, state } = error.problem;
  const isClosed = error.status === 409 && (state === 'settled' || state === 'expired');
  if (!isClosed || typeof reservationId !== 'string') return error;
  const { answer } = await timed((purser) =>
    purser.call('getReservation', { params: { id: reservationId } }),
  );
  if (answer instanceof PurserError) return answer;
  const { model, allocatedUsd } = answer;
  const decision = model === modelAsked ? ('proceed' as const) : ('downgrade' as const);
  return { reservationId, decision, model, allocatedUsd };
}

function isAnswered(
  tally: ReplayTally,
  step: 'reserve' | 'settle',
  { answer, retries }: TimedAnswer<unknown>,
): boolean {
  tally.retries += retries;
  if (!(answer instanceof PurserError) || (answer.status > 0 && answer.status < 500)) return true;
  tally.count('failures', `${step}: no answer`);
  return false;
}

/** The budget or the control that refused the request. */
function refusedBy({ problem }: PurserError): string {
  const { decidingBudgetId, control } = problem as {
    decidingBudgetId?: string;
    control?: { action: string; scope: string; scopeId: string };
  };
  if (control) return `${control.action} of ${control.scope}/${control.scopeId}`;
  return decidingBudgetId ?? 'unnamed';
}

const failureOf = (step: string, { status, type }: PurserError): string =>
  `${step}: ${status} ${type}`;

function nanoUsd(text: string): NanoUsd {
  const amount = parseUsd(text);
  if (amount === undefined) throw new TypeError(`not an amount: ${text}`);
  return amount;
}
