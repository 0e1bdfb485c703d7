import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { type ApiClient, createApiClient } from '../../../bin/tools/api-client.ts';
import { compareLedger, type LedgerComparison } from '../compare-ledger.ts';
import { type ReplayCostReport, settledCostReport } from '../cost-report.ts';
import type { ReplayRun } from '../replay-run.ts';
import type { ReplayRow } from '../replay-trace.ts';
import { type CallEnd, type GatewayAddress, sendRow, type SentRow } from './send-row.ts';
import { standInOf, type UsedTokens } from './stand-in.ts';

export type GatewayOutcome = {
  sent: SentRow[];
  /** Reservations that clients were told of, by their state at the end. */
  states: Map<string, number>;
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

const stateSchema = z.object({ state: z.string() });
const OPEN = 'reserved';
/** Held until the reservation ends, because a provider may have charged a call it never answered. */
export const LOST = 'held, answer lost';
const LOST_STATUS: readonly number[] = [502, 504];
const POLL_MS = 250;

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
  const api = createApiClient({ baseUrl: address.url, key: address.key, fetch, sleep: pause, now });
  const standIn = standInOf(api);
  const reports = { api, sleep: pause, now };
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
  const states = await statesOf(api, sent, waitMs);
  const report = await settledCostReport(reports, run.rangeUntil(wallClock()), waitMs);
  const used = await standIn.used();
  const grown = (name: 'requests' | 'inputTokens' | 'outputTokens'): number =>
    report.total[name] - before.report.total[name];
  return {
    sent,
    states,
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
    ledger: await compareLedger(api, address.url, wallClock()),
  };
}

const CLOSED: readonly string[] = ['settled', 'voided', LOST];

/** The states of all reservations, once none is open or time has run out. */
async function statesOf(
  api: ApiClient,
  sent: readonly SentRow[],
  waitMs: number,
): Promise<Map<string, number>> {
  const startedMs = performance.now();
  const states = new Map<string, number>();
  for (const { reservationId, status } of sent) {
    if (reservationId === undefined) continue;
    const isLost = LOST_STATUS.includes(status);
    const path = `/v1/reservations/${encodeURIComponent(reservationId)}`;
    let state = OPEN;
    for (;;) {
      const answer = await api({ method: 'GET', path });
      state = stateSchema.safeParse(answer.body).data?.state ?? `HTTP ${answer.status}`;
      if (state !== OPEN || isLost || performance.now() - startedMs > waitMs) break;
      await sleep(POLL_MS);
    }
    const end = state === OPEN && isLost ? LOST : state;
    states.set(end, (states.get(end) ?? 0) + 1);
  }
  return states;
}

/** Whether every call is closed, except lost ones, and nothing is counted twice or not at all. */
export const isSound = ({ states, used, counted, ledger }: GatewayOutcome): boolean =>
  [...states.keys()].every((state) => CLOSED.includes(state)) &&
  used.inputTokens === counted.inputTokens &&
  used.outputTokens === counted.outputTokens &&
  ledger.state === 'equal';

export const endsOf = (sent: readonly SentRow[], end: CallEnd): SentRow[] =>
  sent.filter((row) => row.end === end);
