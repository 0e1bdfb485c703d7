import { setTimeout as sleep } from 'node:timers/promises';
import { createPurser } from '../../../client/purser.ts';
import { compareLedger, type LedgerComparison } from '../compare-ledger.ts';
import { type ReplayCostReport, settledCostReport } from '../cost-report.ts';
import type { ReplayRun } from '../replay-run.ts';
import type { ReplayRow } from '../replay-trace.ts';
import { type ClosedCall, closedCalls } from './closed-calls.ts';
import { PATIENT_RETRIES } from '../timed-purser.ts';
import { type CallEnd, type GatewayAddress, sendRow, type SentRow } from './send-row.ts';
import { standInOf, type UsedTokens } from './stand-in.ts';

export type GatewayOutcome = {
  sent: SentRow[];
  /** What became of the reservations that clients were told of. */
  closed: ClosedCall[];
  used: UsedTokens;
  /** What the report counts of this run. */
  counted: { requests: number; inputTokens: number; outputTokens: number };
  report: ReplayCostReport;
  ledger: LedgerComparison;
};

type Options = {
  address: GatewayAddress;
  run: ReplayRun;
  concurrency: number;
  seed: number;
  waitMs: number;
  signal: AbortSignal;
  wallClock: () => number;
  onRow: (sent: number) => void;
};

/**
 * Sends rows through the gateway while its providers fail, and compares what clients, providers,
 * the report and the ledger say afterwards. The stand-in works as before when it ends.
 */
export async function replayGateway(
  rows: AsyncIterator<ReplayRow>,
  { address, run, concurrency, seed, waitMs, signal, wallClock, onRow }: Options,
): Promise<GatewayOutcome> {
  const now = (): number => performance.now();
  const pause = (ms: number): Promise<void> => sleep(ms);
  const purser = createPurser({ ...address, retries: PATIENT_RETRIES });
  const standIn = standInOf(address);
  const reports = { purser, sleep: pause, now };
  const before = {
    used: await standIn.used(),
    report: await settledCostReport(reports, run.rangeUntil(wallClock()), waitMs),
  };
  const sent: SentRow[] = [];
  await standIn.breakThings();
  try {
    const worker = async (): Promise<void> => {
      while (!signal.aborted) {
        const next = await rows.next();
        if (next.done) return;
        sent.push(await sendRow(address, next.value, seed));
        onRow(sent.length);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
  } finally {
    await standIn.repair();
  }
  const closed = await closedCalls(purser, sent, waitMs);
  const report = await settledCostReport(reports, run.rangeUntil(wallClock()), waitMs);
  const used = await standIn.used();
  const grown = (name: 'requests' | 'inputTokens' | 'outputTokens'): number =>
    report.total[name] - before.report.total[name];
  return {
    sent,
    closed,
    used: {
      calls: used.calls - before.used.calls,
      inputTokens: used.inputTokens - before.used.inputTokens,
      outputTokens: used.outputTokens - before.used.outputTokens,
    },
    counted: {
      requests: grown('requests'),
      inputTokens: grown('inputTokens'),
      outputTokens: grown('outputTokens'),
    },
    report,
    ledger: await compareLedger(purser, address.url, wallClock()),
  };
}

const CLOSED: readonly string[] = ['settled', 'voided'];
/** Their provider may have worked and never answered. They are charged at an estimate. */
const LOST_STATUS: readonly number[] = [502, 504];

/** How calls ended in the ledger. Each call has one end. */
export const ENDS = ['delivered', 'drained', 'failed', 'lost', 'open'] as const;
export type LedgerEnd = (typeof ENDS)[number];

/** How one call ended in the ledger, given how it ended for its client. */
function endOf({ state, status, delivery }: ClosedCall, isGone: boolean): LedgerEnd {
  if (!CLOSED.includes(state)) return 'open';
  if (LOST_STATUS.includes(status) && state === 'settled') return 'lost';
  if (state === 'voided' || delivery === 'failed') return 'failed';
  return isGone || delivery === 'drained' ? 'drained' : 'delivered';
}

/** All calls by how they ended in the ledger. */
export function callsByEnd({ sent, closed }: GatewayOutcome): Map<LedgerEnd, ClosedCall[]> {
  const gone = new Set(endsOf(sent, 'gone').map(({ reservationId }) => reservationId));
  const calls = new Map<LedgerEnd, ClosedCall[]>(ENDS.map((end) => [end, []]));
  for (const call of closed) calls.get(endOf(call, gone.has(call.reservationId)))?.push(call);
  return calls;
}

type Counts = Record<'requests' | 'inputTokens' | 'outputTokens', number>;

/**
 * How much more the report counts than there was: settled reservations, and tokens that providers
 * counted or that are an estimate because a provider broke off. Negative if it counts too little.
 */
export function countedTooMuch({ closed, used, counted }: GatewayOutcome): Counts {
  const estimated = closed.filter(({ delivery }) => delivery === 'failed');
  const surplus = (name: 'inputTokens' | 'outputTokens'): number =>
    counted[name] - used[name] - estimated.reduce((sum, call) => sum + call[name], 0);
  const settled = new Set(
    closed.filter(({ state }) => state === 'settled').map(({ reservationId }) => reservationId),
  );
  return {
    requests: counted.requests - settled.size,
    inputTokens: surplus('inputTokens'),
    outputTokens: surplus('outputTokens'),
  };
}

/** Whether every call is settled or voided, nothing is counted twice or left out, and the ledger holds. */
export const isSound = (outcome: GatewayOutcome): boolean =>
  outcome.closed.every(({ state }) => CLOSED.includes(state)) &&
  Object.values(countedTooMuch(outcome)).every((surplus) => surplus === 0) &&
  outcome.ledger.state === 'equal';

export const endsOf = (sent: readonly SentRow[], end: CallEnd): SentRow[] =>
  sent.filter((row) => row.end === end);
