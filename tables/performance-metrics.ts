import {
  type Figures,
  intervalOf,
  type IntervalSummary,
  type Measure,
  MEASURES,
  type Start,
  type Summary,
} from '../domain/performance/measurement.ts';
import { letters, money, named, number, optional, scalar } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { Attribute, DynamoDb, Item, UpdateWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * What calls of systems measured: an item for each system, five minutes and kind of start. Access
 * patterns: add to it without a read; what a system measured in a range of time; the names of an
 * organization's systems, which are few; take a name into them; that a report was counted. A day of a system is a partition.
 */
export const performanceMetricsTable = defineTable({
  name: 'performance-metrics',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  timeToLiveAttribute: 'ttl',
});

/** Short names, because every write and read pays for them; none is a reserved word. */
const LETTERS: Readonly<Record<Measure, string>> = {
  responseTime: 'r',
  cost: 'c',
  accuracy: 'a',
  throughput: 't',
};
const START_LETTERS: Readonly<Record<Start, string>> = { cold: 'c', warm: 'w', unstated: 'u' };
const BIN = /^([rcat])(\d+|z)$/;

/** Beside these, an item has a count for each bucket: `r512`, and `rz` for what is 0. */
export const summaryCodec = itemCodec(performanceMetricsTable, 'summary', {
  calls: named('n', number),
  start: named('st', letters(START_LETTERS)),
  responseTime: named('rsum', optional(money)),
  cost: named('csum', optional(money)),
  accuracy: named('asum', optional(money)),
  throughput: named('tsum', optional(money)),
});

const names = scalar(
  'set of texts',
  'a set of texts',
  (stored: Attribute | undefined): stored is Set<string> => stored instanceof Set,
);
export const systemsCodec = itemCodec(performanceMetricsTable, 'systems', { systems: names });

const { name: table } = performanceMetricsTable;
const SYSTEMS = 'systems';
const DAY_MS = 86_400_000;
/** Sorts after every kind of start. */
const LAST = '~';
/** DynamoDB takes 300 operators in an update. */
const MOST_ATTRIBUTES = 250;

/** How long measurements are kept. */
export const METRICS_KEPT_DAYS = 35;
/** Systems of an organization whose measurements are kept. */
export const MOST_SYSTEMS = 100;

/** An organization's system, between two instants. */
export type MetricsRange = {
  organizationId: string;
  system: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
};

export type PerformanceMetricsStore = ReturnType<typeof createPerformanceMetricsStore>;

export const createPerformanceMetricsStore = (db: DynamoDb) => ({
  ...additions(db),
  ...reads(db),
  ...systemNames(db),
});

/** Additions without a read. */
const additions = (db: DynamoDb) => ({
  /** Adds to what is stored. Concurrent additions all count; the same one twice counts twice. */
  async add(organizationId: string, summary: IntervalSummary): Promise<void> {
    for (const write of additionsOf(organizationId, summary)) await db.write(write);
  },

  /**
   * Adds all of a report of at most 50 calls once, however often it is sent: all or nothing.
   * @param report its mark, which is kept for a day
   */
  async addOnce(
    organizationId: string,
    summaries: readonly IntervalSummary[],
    { mark, atMs }: { mark: string; atMs: number },
  ): Promise<{ done: 'added' | 'repeated' } | 'conflict'> {
    const result = await db.transact([
      {
        kind: 'put',
        table,
        item: { pk: `${organizationId}#report#${mark}`, sk: 'mark', ttl: secondsAfter(atMs, 1) },
        condition: 'attribute_not_exists(pk)',
      },
      ...summaries.flatMap((summary) => additionsOf(organizationId, summary)),
    ]);
    if (result.ok) return { done: 'added' };
    return result.reasons[0]?.kind === 'condition' ? { done: 'repeated' } : 'conflict';
  },
});

/** What is stored. */
const reads = (db: DynamoDb) => ({
  /** What a system measured, in the order of time: whole intervals that begin in the range. */
  async read({ organizationId, system, fromMs, toMs }: MetricsRange): Promise<IntervalSummary[]> {
    const [first, last] = [intervalOf(fromMs), intervalOf(toMs - 1)];
    const days: string[] = [];
    for (let atMs = Math.floor(first / DAY_MS) * DAY_MS; atMs <= last; atMs += DAY_MS) {
      days.push(dayOf(atMs));
    }
    const pages = await Promise.all(
      days.map(async (day) => {
        const from = day === dayOf(first) ? timeOf(first) : '';
        const to = `${day === dayOf(last) ? timeOf(last) : ''}${LAST}`;
        const items = await queryAll(db, {
          table,
          condition: 'pk = :pk AND sk BETWEEN :from AND :to',
          values: { ':pk': partitionOf(organizationId, day, system), ':from': from, ':to': to },
        });
        return items.map((item) => ({ system, ...intervalIn(item, day) }));
      }),
    );
    return pages.flat();
  },
});

/** The systems that measurements are kept of. */
const systemNames = (db: DynamoDb) => ({
  /** Takes a system's name into an organization's. @returns `false` if there are too many */
  async admit(organizationId: string, system: string): Promise<boolean> {
    const result = await db.write({
      kind: 'update',
      table,
      key: { pk: organizationId, sk: SYSTEMS },
      update: 'ADD #systems :one',
      condition:
        'attribute_not_exists(#systems) OR contains(#systems, :name) OR size(#systems) < :most',
      names: { '#systems': SYSTEMS },
      values: { ':one': new Set([system]), ':name': system, ':most': MOST_SYSTEMS },
    });
    return result.ok;
  },

  /** The names of an organization's systems, in order. */
  async systems(organizationId: string): Promise<string[]> {
    const item = await db.get({ table, key: { pk: organizationId, sk: SYSTEMS } });
    return item ? [...systemsCodec.decode(item).systems].toSorted() : [];
  },
});

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
const timeOf = (atMs: number): string => new Date(atMs).toISOString().slice(11, 16);
const partitionOf = (organizationId: string, day: string, system: string): string =>
  `${organizationId}#${day}#${system}`;

/** The writes of a summary. All of a measure is in the same one, so its sum and counts agree. */
function additionsOf(
  organizationId: string,
  { system, start, intervalMs, calls, figures }: IntervalSummary,
): UpdateWrite[] {
  const writes: Map<string, bigint>[] = [new Map([['n', BigInt(calls)]])];
  for (const [measure, part] of figures) {
    const attributes = attributesOf(LETTERS[measure], part);
    const last = writes.at(-1);
    if (last && last.size + attributes.length <= MOST_ATTRIBUTES) {
      for (const [name, value] of attributes) last.set(name, value);
    } else writes.push(new Map([['n', 0n], ...attributes]));
  }
  const key = {
    pk: partitionOf(organizationId, dayOf(intervalMs), system),
    sk: `${timeOf(intervalMs)}#${START_LETTERS[start]}`,
  };
  return writes.map((write) => ({
    kind: 'update',
    table,
    key,
    update: `SET st = :st, #ttl = :ttl ADD ${[...write].map(([name, value]) => `${name} :n${value}`).join(',')}`,
    names: { '#ttl': 'ttl' },
    values: {
      ':st': START_LETTERS[start],
      ':ttl': secondsAfter(intervalMs, METRICS_KEPT_DAYS),
      ...Object.fromEntries([...write.values()].map((value) => [`:n${value}`, value])),
    },
  }));
}

function attributesOf(letter: string, { sum, sketch }: Figures): [string, bigint][] {
  return [
    [`${letter}sum`, sum],
    ...(sketch.zeroCount === 0
      ? []
      : [[`${letter}z`, BigInt(sketch.zeroCount)] satisfies [string, bigint]]),
    ...[...sketch.bins].map(([bucket, count]): [string, bigint] => [
      `${letter}${bucket}`,
      BigInt(count),
    ]),
  ];
}

function intervalIn(item: Item, day: string): Summary & { start: Start; intervalMs: number } {
  const { calls, start, ...sums } = summaryCodec.decode(item);
  const counts = countsIn(item);
  const figures = MEASURES.flatMap((measure): [Measure, Figures][] => {
    const sum = sums[measure];
    const { zeroCount = 0, bins = new Map() } = counts.get(LETTERS[measure]) ?? {};
    return sum === undefined ? [] : [[measure, { sum, sketch: { zeroCount, bins } }]];
  });
  const intervalMs = Date.parse(`${day}T${String(item['sk']).slice(0, 5)}Z`);
  return { start, calls, intervalMs, figures: new Map(figures) };
}

type Counts = { zeroCount: number; bins: Map<number, number> };

/** The counts of an item's buckets, by the letter of their measure. */
function countsIn(item: Item): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const [name, stored] of Object.entries(item)) {
    const [, letter, bucket] = BIN.exec(name) ?? [];
    if (letter === undefined || bucket === undefined) continue;
    const of = counts.get(letter) ?? { zeroCount: 0, bins: new Map() };
    if (bucket === 'z') of.zeroCount = number.decode(stored);
    else of.bins.set(Number(bucket), number.decode(stored));
    counts.set(letter, of);
  }
  return counts;
}
