import { expect, test } from 'vitest';
import { csvOf } from '../../../domain/reporting/csv.ts';
import { MEASURES, type Measures } from '../../../domain/reporting/measures.ts';

/** Measures that differ from each other: 1, 2, 3 and so on, in their own order. */
const distinct = Object.fromEntries(
  MEASURES.map((measure, position) => [measure, BigInt(position + 1)]),
) as Measures;

test('a report as CSV has every documented column, each with its own measure', () => {
  const csv = csvOf({
    organizationId: 'acme',
    groupBy: 'system',
    granularity: 'daily',
    range: { fromMs: 0, toMs: 86_400_000 },
    total: distinct,
    rows: [{ periodStartMs: 0, periodEndMs: 86_400_000, key: 'relaycore', measures: distinct }],
  });
  const [header = '', line = ''] = csv.split('\r\n');
  const fields = line.split(',');
  const row = Object.fromEntries(header.split(',').map((name, column) => [name, fields[column]]));
  const usd = (nanoUsd: bigint): string => `0.${String(nanoUsd).padStart(9, '0')}`;
  expect(row).toEqual({
    periodStart: '1970-01-01T00:00:00.000Z',
    periodEnd: '1970-01-02T00:00:00.000Z',
    system: 'relaycore',
    costUsd: usd(distinct.costNanoUsd),
    requests: String(distinct.requests),
    inputTokens: String(distinct.inputTokens),
    outputTokens: String(distinct.outputTokens),
    cacheReadTokens: String(distinct.cacheReadTokens),
    cacheWriteTokens: String(distinct.cacheWriteTokens),
    presumedCostUsd: usd(distinct.presumedCostNanoUsd),
    correctedCostUsd: usd(distinct.correctedCostNanoUsd),
    disputedUsd: usd(distinct.disputedNanoUsd),
    expectedCostUsd: usd(distinct.expectedCostNanoUsd),
    reservedUsd: usd(distinct.reservedNanoUsd),
    deviatingRequests: String(distinct.deviatingRequests),
    savedUsd: usd(distinct.savedNanoUsd),
    lostCacheUsd: usd(distinct.lostCacheNanoUsd),
    displayName: '',
    timeZone: 'UTC',
  });
});
