import type { Posting } from '../../../domain/ledger/posting.ts';
import { type Aggregate, hourOf } from '../../../domain/reporting/aggregates.ts';
import { NOTHING } from '../../../domain/reporting/measures.ts';
import type { SampleDeps } from '../../../services/advice/sample-usage.ts';
import type { PostedDay } from './advisor.ts';

const hoursByDay = new WeakMap<PostedDay, Map<string, Posting[]>>();

/** Reads days in memory by hour, newest first, as the tables of the product do. */
export function createPostingReader(days: readonly PostedDay[]): SampleDeps {
  const hours = new Map(days.flatMap((day) => [...hoursOf(day)]));
  const aggregate = (bucket: string, requests: number): Aggregate => ({
    organizationId: '',
    dimension: 'organization',
    value: '',
    granularity: bucket.includes('T') ? 'hourly' : 'daily',
    bucket,
    measures: { ...NOTHING, requests: BigInt(requests) },
  });
  const listHours = (day: string): Aggregate[] =>
    [...hours].flatMap(([hour, postings]) =>
      hour.startsWith(day) ? [aggregate(hour, postings.length)] : [],
    );
  return {
    usage: {
      async listByOrganizationHour(_organizationId, hour, { limit, after }) {
        const records = hours.get(hour) ?? [];
        const from = Number(after ?? 0);
        const next = from + limit < records.length ? String(from + limit) : undefined;
        return { records: records.slice(from, from + limit), next };
      },
    },
    analytics: {
      async getDays(_key, wanted) {
        return wanted.flatMap((day) => (listHours(day).length > 0 ? [aggregate(day, 0)] : []));
      },
      listHours: async (_key, day) => listHours(day),
    },
  };
}

function hoursOf(day: PostedDay): Map<string, Posting[]> {
  const before = hoursByDay.get(day);
  if (before) return before;
  const hours = Map.groupBy(day.postings().toReversed(), ({ occurredAtMs }) =>
    hourOf(occurredAtMs),
  );
  hoursByDay.set(day, hours);
  return hours;
}
