import { nameReading } from '../../composition/display-names.ts';
import { stores } from '../../composition/stores.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { createHandler as createCostReport } from '../../lambdas/cost-report/handler.ts';
import { createHandler as createListUsage } from '../../lambdas/list-usage/handler.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { startEmbeddedStore } from './embedded-store.ts';
import { rethrow } from './nothing-apart.ts';
import { NOON, postingWith } from './postings.ts';
import { silentTelemetry } from './telemetry.ts';

/** Twelve postings of two users, half an hour apart, the newest at noon and without a department. */
export const REPORTED: readonly Posting[] = Array.from({ length: 12 }, (_, position) =>
  postingWith({
    userId: position % 2 === 0 ? 'ada' : 'grace',
    departmentId: position === 0 ? undefined : 'research',
    occurredAtMs: NOON - position * 1_800_000,
    tags: { project: 'apollo' },
  }),
);

/** The functions that report, at noon, on a store that holds those postings. */
export async function startReporting() {
  const store = await startEmbeddedStore();
  const { usage, analytics, reportSettings, organizationSettings } = stores(store.db);
  const telemetry = silentTelemetry();
  await aggregatePostings(
    {
      usage,
      learn: async () => {},
      suspend: rethrow,
      retentionDays: 30,
      telemetry,
      now: () => NOON,
    },
    [...REPORTED],
  );
  const edge = { now: () => NOON, telemetry };
  const listUsage: unknown = createListUsage({ ...edge, usage, analytics });
  const costReport: unknown = createCostReport({
    ...edge,
    ...nameReading(store.db, edge),
    analytics,
    settings: reportSettings,
    timeZones: organizationSettings.timeZone,
  });
  return { store, listUsage, costReport };
}
