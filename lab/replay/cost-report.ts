import * as z from 'zod';
import { type NanoUsd, parseUsd } from '../../domain/money.ts';
import { type ApiClient, ApiUnreachableError, problemType } from '../../bin/tools/api-client.ts';

const amounts = { costUsd: z.string(), requests: z.number() };
const report = z.object({
  totalUsd: z.string(),
  total: z.object({ ...amounts, inputTokens: z.number(), outputTokens: z.number() }),
  groups: z.array(z.object({ key: z.string().nullable(), ...amounts })),
});
export type ReplayCostReport = z.output<typeof report> & { totalNanoUsd: NanoUsd };

/** Hours of a report, epoch ms. */
export type ReportRange = { fromMs: number; toMs: number };

type Dependencies = {
  api: ApiClient;
  sleep: (ms: number) => Promise<void>;
  now: () => number;
};

const POLL_MS = 500;
const QUIET_MS = 1_500;

/** The cost report of a range, by system. @throws ApiUnreachableError if it is unavailable */
export async function readCostReport(
  api: ApiClient,
  { fromMs, toMs }: ReportRange,
): Promise<ReplayCostReport> {
  const query = new URLSearchParams({
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    groupBy: 'system',
  });
  const answer = await api({ method: 'GET', path: `/v1/reports/costs?${query.toString()}` });
  const parsed = answer.status === 200 ? report.safeParse(answer.body) : undefined;
  const totalNanoUsd = parsed?.success ? parseUsd(parsed.data.totalUsd) : undefined;
  if (!parsed?.success || totalNanoUsd === undefined) {
    throw new ApiUnreachableError(
      `the cost report cannot be read: HTTP ${answer.status} ${problemType(answer.body) ?? ''}`,
    );
  }
  return { ...parsed.data, totalNanoUsd };
}

/**
 * Waits until two successive readings of the report agree, so that nothing earlier is still on its
 * way.
 */
export async function settledCostReport(
  { api, sleep, now }: Dependencies,
  range: ReportRange,
  waitMs: number,
): Promise<ReplayCostReport> {
  const startedMs = now();
  let before = await readCostReport(api, range);
  for (;;) {
    await sleep(QUIET_MS);
    const after = await readCostReport(api, range);
    if (after.totalNanoUsd === before.totalNanoUsd || now() - startedMs > waitMs) return after;
    before = after;
  }
}

/** A report, whether its total is the expected one, and how long that took. */
export type AwaitedReport = { report: ReplayCostReport; matches: boolean; lagMs: number };

/** Reads the report until its total is the expected one or time runs out. */
export async function awaitCostReport(
  { api, sleep, now }: Dependencies,
  range: ReportRange,
  expectedNanoUsd: NanoUsd,
  waitMs: number,
): Promise<AwaitedReport> {
  const startedMs = now();
  for (;;) {
    const current = await readCostReport(api, range);
    const lagMs = now() - startedMs;
    const matches = current.totalNanoUsd === expectedNanoUsd;
    if (matches || lagMs >= waitMs) return { report: current, matches, lagMs };
    await sleep(POLL_MS);
  }
}
