import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { formatUsd, type NanoUsd, parseUsd } from '../../domain/money.ts';
import type { Purser } from '../../client/purser.ts';
import { dataFolder } from '../../bin/tools/local-run-files.ts';
import { type ReportRange, settledCostReport } from './cost-report.ts';

const HOUR_MS = 3_600_000;

/** A run of a trace: the report's total before it, and the hours that it covers. */
export type ReplayRun = {
  runId: string;
  beforeNanoUsd: NanoUsd;
  /** Continues an earlier run. */
  resumed: boolean;
  rangeUntil: (nowMs: number) => ReportRange;
};

const record = z.object({ fromMs: z.number(), beforeUsd: z.string() });

/**
 * Begins a run by recording the report's total in the data folder. An interrupted run can then be
 * repeated under its ID and still be compared with the earlier total.
 */
export async function startRun(
  dependencies: {
    purser: Purser;
    sleep: (ms: number) => Promise<void>;
    now: () => number;
    wallClock: () => number;
  },
  runId: string,
  waitMs: number,
): Promise<ReplayRun> {
  const folder = join(dataFolder(), 'replays');
  const path = join(folder, `${runId}.json`);
  const kept = await readRun(path);
  const fromMs = kept?.fromMs ?? hourOf(dependencies.wallClock());
  const rangeUntil = (nowMs: number): ReportRange => ({ fromMs, toMs: hourOf(nowMs) + HOUR_MS });
  if (kept) return { runId, beforeNanoUsd: kept.beforeNanoUsd, resumed: true, rangeUntil };
  const range = rangeUntil(dependencies.wallClock());
  const { totalNanoUsd } = await settledCostReport(dependencies, range, waitMs);
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify({ fromMs, beforeUsd: formatUsd(totalNanoUsd) }));
  return { runId, beforeNanoUsd: totalNanoUsd, resumed: false, rangeUntil };
}

async function readRun(
  path: string,
): Promise<{ fromMs: number; beforeNanoUsd: NanoUsd } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { fromMs, beforeUsd } = record.parse(JSON.parse(text));
  const beforeNanoUsd = parseUsd(beforeUsd);
  return beforeNanoUsd === undefined ? undefined : { fromMs, beforeNanoUsd };
}

const hourOf = (instantMs: number): number => Math.floor(instantMs / HOUR_MS) * HOUR_MS;
