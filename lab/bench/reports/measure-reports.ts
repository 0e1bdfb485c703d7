import { reportServices } from '../../../composition/reporting.ts';
import { stores } from '../../../composition/stores.ts';
import { randomUUID } from 'node:crypto';
import { createLocalTables } from '../../../aws/local-tables.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import type { Dimension } from '../../../domain/reporting/dimensions.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { reportCosts } from '../../../services/reporting/report-costs.ts';
import { createModelStore } from '../../../tables/models.ts';
import { createRateCardStore } from '../../../tables/rate-cards.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import { measureFiles, type MeasuredFile } from './measure-files.ts';

/** Read units of reports with one grouping, by range in the order of `RANGE_DAYS`. */
export type MeasuredReports = {
  groupBy: string;
  recorded: number;
  readUnits: number[];
  /** Whether the longest range's total equals everything recorded, to the nano-dollar. */
  totalsMatch: boolean;
};

export const RANGE_DAYS = [1, 7, 30, 90];

const GROUPINGS: Dimension[] = ['organization', 'user', 'department', 'tag:team'];
const DAYS = 90;
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const END_MS = START_MS + DAYS * DAY_MS;
const USERS = 10;
const ORGANIZATION = 'acme';
const COST_NANO_USD = 1_000_003n;

/**
 * Records a tenth of the events and counts what reports read, then records the rest, counts again,
 * and writes files. Every user has events on every day both times, so the number of sums stays the
 * same and only amounts differ.
 */
export async function measureReports(
  endpoint: string,
  events: number,
  onProgress: (done: number, note: string) => void,
): Promise<{ reports: MeasuredReports[]; files: MeasuredFile[] }> {
  const used = { readUnits: 0 };
  const db = await createLocalTables(
    endpoint,
    `bench-${randomUUID().slice(0, 8)}-`,
    Object.values(TABLE_DEFINITIONS),
    {
      onCapacity: ({ readUnits }) => void (used.readUnits += readUnits),
      client: { timeoutMs: 30_000 },
    },
  );
  const { usage } = stores(db);
  const deps = reportServices(db, { entryShards: [], now: Date.now });
  await db.write((await deps.settings.tagsReplacement(ORGANIZATION, ['team'])).write);

  async function record(from: number, to: number): Promise<void> {
    const perDay = Math.ceil((to - from) / DAYS);
    for (let first = from; first < to; first += perDay) {
      const day = Math.round((first - from) / perDay);
      const count = Math.min(perDay, to - first);
      const postings = Array.from({ length: count }, (_, position) => postingOf(day, position));
      await usage.record(postings, 400, END_MS);
      onProgress(first, `of ${to}`);
    }
  }

  async function measure(groupBy: Dimension, recorded: number): Promise<MeasuredReports> {
    const readUnits: number[] = [];
    let costNanoUsd = 0n;
    for (const days of RANGE_DAYS) {
      used.readUnits = 0;
      const report = await reportCosts(deps, {
        organizationId: ORGANIZATION,
        groupBy,
        granularity: 'total',
        range: { fromMs: END_MS - days * DAY_MS, toMs: END_MS },
      });
      readUnits.push(used.readUnits);
      costNanoUsd = report.total.costNanoUsd;
    }
    const totalsMatch = costNanoUsd === BigInt(recorded) * COST_NANO_USD;
    return { groupBy, recorded, readUnits, totalsMatch };
  }

  const measured: MeasuredReports[] = [];
  const tenth = Math.floor(events / 10);
  for (const [from, to] of [
    [0, tenth],
    [tenth, events],
  ] as const) {
    await record(from, to);
    for (const groupBy of GROUPINGS) measured.push(await measure(groupBy, to));
  }
  const takeReadUnits = (): number => {
    const { readUnits } = used;
    used.readUnits = 0;
    return readUnits;
  };
  const range = { fromMs: START_MS, toMs: END_MS };
  const rateCards = createRateCardStore(db);
  const exportDeps = { ...deps, usage, rateCards, models: createModelStore(db) };
  const files = await measureFiles(exportDeps, ORGANIZATION, range, takeReadUnits);
  return { reports: measured, files };
}

function postingOf(day: number, position: number): Posting {
  const entryId = randomUUID();
  const user = position % USERS;
  const occurredAtMs = START_MS + day * DAY_MS + (position % 86_400) * 1_000;
  return {
    postingId: `${entryId}.2`,
    kind: 'settlement',
    entryId,
    organizationId: ORGANIZATION,
    userId: `user-${user}`,
    departmentId: `department-${user % 3}`,
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    tags: { team: `team-${user % 4}` },
    countedTags: ['team'],
    occurredAtMs,
    postedAtMs: occurredAtMs,
    amountNanoUsd: COST_NANO_USD,
    requests: 1,
    usage: { ...NO_TOKENS, inputTokens: 400, outputTokens: 200 },
  };
}
