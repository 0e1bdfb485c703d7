import type { Schemas } from '../../client/api-types.ts';
import type { Purser } from '../../client/purser.ts';
import { type NanoUsd, parseUsd } from '../../domain/money.ts';

type Report = Schemas['CostReport'];
export type ReplayCostReport = {
  totalUsd: string;
  totalNanoUsd: NanoUsd;
  total: Pick<Report['total'], 'costUsd' | 'requests' | 'inputTokens' | 'outputTokens'>;
  groups: Pick<Report['groups'][number], 'key' | 'costUsd' | 'requests'>[];
};

/** Hours of a report, epoch ms. */
export type ReportRange = { fromMs: number; toMs: number };

type Dependencies = {
  purser: Purser;
  sleep: (ms: number) => Promise<void>;
  now: () => number;
};

const POLL_MS = 500;
const QUIET_MS = 1_500;

/** The cost report of a range, by system. @throws PurserError if it is unavailable */
export async function readCostReport(
  purser: Purser,
  { fromMs, toMs }: ReportRange,
): Promise<ReplayCostReport> {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const report = await purser.call('costReport', { query: { from, to, groupBy: 'system' } });
  const totalNanoUsd = parseUsd(report.totalUsd);
  if (totalNanoUsd === undefined) throw new TypeError(`not an amount: ${report.totalUsd}`);
  return { ...report, totalNanoUsd };
}

/**
 * Waits until two successive readings of the report agree, so that nothing earlier is still on its
 * way.
 */
export async function settledCostReport(
  { purser, sleep, now }: Dependencies,
  range: ReportRange,
  waitMs: number,
): Promise<ReplayCostReport> {
  const startedMs = now();
  let before = await readCostReport(purser, range);
  for (;;) {
    await sleep(QUIET_MS);
    const after = await readCostReport(purser, range);
    if (after.totalNanoUsd === before.totalNanoUsd || now() - startedMs > waitMs) return after;
    before = after;
  }
}

/** A report, whether its total is the expected one, and how long that took. */
export type AwaitedReport = { report: ReplayCostReport; matches: boolean; lagMs: number };

/** Reads the report until its total is the expected one or time runs out. */
export async function awaitCostReport(
  { purser, sleep, now }: Dependencies,
  range: ReportRange,
  expectedNanoUsd: NanoUsd,
  waitMs: number,
): Promise<AwaitedReport> {
  const startedMs = now();
  for (;;) {
    const current = await readCostReport(purser, range);
    const lagMs = now() - startedMs;
    const matches = current.totalNanoUsd === expectedNanoUsd;
    if (matches || lagMs >= waitMs) return { report: current, matches, lagMs };
    await sleep(POLL_MS);
  }
}
