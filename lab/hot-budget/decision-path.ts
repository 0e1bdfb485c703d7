import { entryShardsFor, FEWEST_ENTRY_SHARDS } from '../../domain/ledger/entry-shards.ts';
import { CHUNK_REQUESTS, lanesFor } from '../../domain/ledger/lanes.ts';
import { MEMBER_KINDS } from '../../domain/members/member-defaults.ts';
import { ALWAYS_LEARNED } from '../../domain/prediction/learned-batch.ts';
import { usageShardsOn } from '../../domain/reporting/usage-shards.ts';
import { TRUSTED_MS } from '../../services/budgets/standings-memory.ts';
import type { TableName } from '../../tables/definitions.ts';
import type { Heat, Load } from './heat.ts';

/** A kind of key that the path of a decision touches. */
export type PathKey = {
  table: TableName;
  /** Its partition; `<name>` stands for a part without `#`. */
  partition: string;
  /** Its sort key, if the partition has keys of several kinds. */
  sort?: string;
  /** When it is touched. */
  why: string;
  /** Only if the organization uses a feature, or not at a process's first request. */
  isOptional?: true;
  heat: (load: Load) => Heat;
  /** Without the rule that spreads or remembers it. */
  before?: (load: Load) => Heat;
};

/** How long a process uses what all requests share, controls too (`CONTROLS_TRUSTED_MS`). */
const SHARED_SECONDS = TRUSTED_MS / 1_000;
/** How long a process uses what it refreshes in the background. */
const REFRESHED_SECONDS = 1;
const CATALOG_SECONDS = 60;
const PREDICTOR_SECONDS = 10;
/** The rules of a department and of its organization, for each kind of member. */
const DEFAULTS_ITEMS = 2 * MEMBER_KINDS.length;
const LEASE_SECONDS = 5;
/** A chunk of money lasts twice its requests, because half of each reservation returns. */
const borrowings = ({ requestsPerSecond }: Load): number =>
  requestsPerSecond / (2 * CHUNK_REQUESTS);
/** A write in a transaction takes two units. */
const TRANSACTED = 2;
/** Into how many partitions a day's usage is written. */
const usageShards = ({ requestsPerSecond }: Load): number =>
  usageShardsOn([{ fromMs: 0, shards: entryShardsFor(requestsPerSecond) }])('2026-01-01');
/** Statistics of a route, at most 25 KB. */
const ROUTE = { writeUnits: 25, readUnits: 7 };

/** Read by every process once in a while, on one key. */
const byProcess =
  (seconds: number, units = 1) =>
  ({ processes }: Load): Heat => ({ reads: (processes * units) / seconds, partitions: 1 });

/** Read by every request, on one key. */
const byRequest = ({ requestsPerSecond }: Load): Heat => ({
  reads: requestsPerSecond,
  partitions: 1,
});

/** Read by every request, on the user's own item of one key. */
const byRequestOfUser = (load: Load): Heat => ({ ...byRequest(load), items: load.users });

/** Over as many partitions as a rule gives; without the rule, over `before`. */
const spread = (
  unitsOf: (load: Load) => Omit<Heat, 'partitions'>,
  partitionsFor: (load: Load) => number,
  before = 1,
): Pick<PathKey, 'heat' | 'before'> => ({
  heat: (load) => ({ ...unitsOf(load), partitions: partitionsFor(load) }),
  before: (load) => ({ ...unitsOf(load), partitions: before }),
});

const routeUpdates = ({ routes, batchesPerSecond }: Load, share: number): Heat => ({
  writes: routes * batchesPerSecond * share * ROUTE.writeUnits,
  reads: routes * batchesPerSecond * share * ROUTE.readUnits,
  partitions: 1,
  items: routes,
});

const shareLearned = ({ requestsPerSecond, batchesPerSecond }: Load): number =>
  Math.min(1, ALWAYS_LEARNED / (requestsPerSecond / batchesPerSecond));

/** Settings of the organization, which each process refreshes in the background. */
const setting = (
  table: TableName,
  { seconds = REFRESHED_SECONDS, items = 1, why = 'each process, every second' } = {},
): PathKey => ({
  table,
  partition: '<organization>',
  why,
  heat: (load) => ({ ...byProcess(seconds, items)(load), items }),
});

const DECISION: PathKey[] = [
  {
    table: 'ledger',
    partition: 'reservation#<minute>#<shard>',
    why: 'entry: put, settle',
    ...spread(
      ({ requestsPerSecond }) => ({ writes: 2 * requestsPerSecond, reads: requestsPerSecond }),
      ({ requestsPerSecond }) => entryShardsFor(requestsPerSecond),
      FEWEST_ENTRY_SHARDS,
    ),
  },
  {
    table: 'ledger',
    partition: 'wallet#<organization>#<user>#<lane>',
    why: 'wallet: read, hold, close',
    heat: ({ requestsPerSecond, users }) => ({
      writes: 2 * requestsPerSecond,
      reads: requestsPerSecond,
      partitions: users,
    }),
  },
  {
    table: 'ledger',
    partition: 'budget#<organization>#<shared>#<id>#<lane>',
    sort: '<period>#<key>',
    why: 'balance of a shared budget',
    ...spread(
      (load) => ({
        writes: borrowings(load) * TRANSACTED,
        reads: load.processes / SHARED_SECONDS,
      }),
      ({ requestsPerSecond }) => lanesFor(requestsPerSecond),
    ),
  },
  {
    table: 'ledger',
    partition: 'budget#<organization>#user#<id>',
    sort: '<period>#<key>',
    why: 'balance of a user',
    heat: (load) => ({
      writes: borrowings(load) * TRANSACTED,
      reads: load.requestsPerSecond,
      partitions: load.users,
    }),
  },
  {
    table: 'ledger',
    partition: 'borrowers#<organization>#<balance>',
    why: 'first lease in a period',
    heat: (load) => ({
      writes: borrowings(load) * TRANSACTED,
      partitions: lanesFor(load.requestsPerSecond),
    }),
  },
  {
    table: 'ledger',
    partition: 'budget#<organization>#<shared>#<id>',
    sort: 'budgets',
    why: 'shared budgets, if one lends',
    heat: byProcess(SHARED_SECONDS),
    before: byRequest,
  },
  {
    table: 'ledger',
    partition: 'budget#<organization>#user#<id>',
    sort: 'budgets',
    why: 'budgets of a user',
    heat: ({ requestsPerSecond, users }) => ({ reads: requestsPerSecond, partitions: users }),
  },
  {
    table: 'ledger',
    partition: 'conduct#<organization>#<key>',
    why: 'conduct of the key, if one lends',
    heat: byProcess(SHARED_SECONDS),
    before: byRequest,
  },
  {
    table: 'rate-cards',
    partition: '<organization>',
    why: 'prices, if one lends',
    heat: byProcess(SHARED_SECONDS),
    before: byRequest,
  },
  {
    table: 'auto-control-config',
    partition: '<organization>#changes',
    why: 'which controls changed',
    heat: byProcess(SHARED_SECONDS),
  },
  {
    table: 'auto-control-config',
    partition: '<organization>',
    why: 'all controls, at first',
    heat: byProcess(60),
    before: byRequest,
  },
  {
    table: 'directory',
    partition: '<organization>',
    why: 'department, with a directory',
    isOptional: true,
    heat: byRequestOfUser,
  },
  {
    table: 'quotas',
    partition: 'bucket#<digest>',
    why: 'quota of one key, in leases',
    isOptional: true,
    heat: ({ processes }) => ({ writes: processes / LEASE_SECONDS, partitions: 1 }),
  },
  {
    table: 'quotas',
    partition: 'window#<window>',
    why: 'demand of all organizations',
    isOptional: true,
    heat: ({ processes }) => ({
      writes: processes / LEASE_SECONDS,
      reads: processes / 2,
      partitions: 1,
    }),
  },
  setting('organization-settings'),
  setting('report-settings'),
  setting('member-defaults', { items: DEFAULTS_ITEMS, why: 'defaults, for one department' }),
  setting('models', { seconds: CATALOG_SECONDS, why: 'each process, every minute' }),
  setting('feature-flags'),
  {
    table: 'predictor-artifacts',
    partition: '<organization>',
    why: 'predictions: model, routes',
    heat: byProcess(PREDICTOR_SECONDS, 2),
  },
];

/** A record is below 1 KB. A sum has the hours of its day and is below 2 KB. */
const SUM_UNITS = 2;

/** Five minutes of a busy system have some hundred buckets. */
const METRIC_UNITS = 3;
const MEASURED_AT_ONCE = 100;

const FOLLOWERS: PathKey[] = [
  {
    table: 'token-usage',
    partition: '<organization>#<hour>',
    why: 'usage record of a posting',
    ...spread(
      ({ requestsPerSecond }) => ({ writes: requestsPerSecond, reads: requestsPerSecond / 2 }),
      usageShards,
    ),
  },
  {
    table: 'token-analytics',
    partition: '<organization>#<granularity>#<dimension>#<day>',
    why: 'sums of users, by batch',
    ...spread(
      ({ requestsPerSecond, users }) => ({
        writes: requestsPerSecond * SUM_UNITS,
        reads: requestsPerSecond / 2,
        items: users,
      }),
      usageShards,
    ),
  },
  {
    table: 'cost-thresholds',
    partition: '<organization>',
    why: 'levels of what spent',
    heat: byRequestOfUser,
  },
  {
    table: 'predictor-artifacts',
    partition: '<organization>',
    sort: 'route#<model>#<system>#<operation>',
    why: 'statistics of routes',
    heat: (load) => routeUpdates(load, shareLearned(load)),
    before: (load) => routeUpdates(load, 1),
  },
  {
    table: 'performance-metrics',
    partition: '<organization>#<day>#<system>',
    why: 'what calls measured, by batch',
    heat: ({ batchesPerSecond, requestsPerSecond }) => ({
      writes: Math.max(batchesPerSecond, requestsPerSecond / MEASURED_AT_ONCE) * METRIC_UNITS,
      partitions: 1,
    }),
  },
  {
    table: 'performance-metrics',
    partition: '<organization>',
    why: 'its systems, once a process',
    isOptional: true,
    heat: ({ batchesPerSecond }) => ({ writes: batchesPerSecond / 60, partitions: 1 }),
  },
];

/** Every kind of key that a request and its followers touch. */
export const DECISION_PATH: readonly PathKey[] = [...DECISION, ...FOLLOWERS];

/** Units per second of a whole table. */
export function tableUnits(table: TableName, load: Load): { reads: number; writes: number } {
  const heats = DECISION_PATH.filter((key) => key.table === table).map(({ heat }) => heat(load));
  const sum = (of: (heat: Heat) => number | undefined): number =>
    heats.reduce((total, heat) => total + (of(heat) ?? 0), 0);
  return { reads: sum(({ reads }) => reads), writes: sum(({ writes }) => writes) };
}
