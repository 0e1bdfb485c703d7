import { createGzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { ExportRequest } from '../../../domain/reporting/report-export.ts';
import {
  exportCosts,
  type ExportCostsDeps,
  type FilePart,
} from '../../../services/reporting/export-costs.ts';
import { exportUsage, type UsageExportDeps } from '../../../services/reporting/export-usage.ts';

/** The cost of writing one file on this machine, without the upload. */
export type MeasuredFile = {
  what: string;
  rows: number;
  /** Compressed. */
  bytes: number;
  ms: number;
  /** Peak heap growth. */
  heapBytes: number;
  readUnits: number;
  totalNanoUsd: bigint;
};

const NEVER = (): boolean => false;

/** Writes files of every usage record and of hourly costs by user. */
export async function measureFiles(
  deps: UsageExportDeps & ExportCostsDeps,
  organizationId: string,
  range: ExportRequest['range'],
  takeReadUnits: () => number,
): Promise<MeasuredFile[]> {
  const frame = { organizationId, groupBy: 'user', granularity: 'hourly', range } as const;
  return [
    await measure(
      'every record, CSV',
      exportUsage(deps, { organizationId, range, format: 'csv' }, NEVER),
      takeReadUnits,
    ),
    await measure(
      'every record, FOCUS',
      exportUsage(deps, { organizationId, range, format: 'focus' }, NEVER),
      takeReadUnits,
    ),
    await measure('by user and hour', exportCosts(deps, frame, 'csv', NEVER), takeReadUnits),
  ];
}

async function measure(
  what: string,
  parts: AsyncGenerator<FilePart>,
  takeReadUnits: () => number,
): Promise<MeasuredFile> {
  let rows = 0;
  let totalNanoUsd = 0n;
  const heap = () => process.memoryUsage().heapUsed;
  const before = heap();
  let most = before;
  async function* texts(): AsyncGenerator<string> {
    for await (const part of parts) {
      rows += part.rows;
      totalNanoUsd += part.costNanoUsd;
      most = Math.max(most, heap());
      if (part.text !== '') yield part.text;
    }
  }
  takeReadUnits();
  const startedMs = performance.now();
  let bytes = 0;
  const file = Readable.from(texts()).pipe(createGzip());
  for await (const chunk of file) bytes += (chunk as Buffer).length;
  return {
    what,
    rows,
    bytes,
    ms: performance.now() - startedMs,
    heapBytes: most - before,
    readUnits: takeReadUnits(),
    totalNanoUsd,
  };
}
