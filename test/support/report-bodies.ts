import { example } from './example.ts';
import { FIELD_KINDS } from './field-kinds.ts';
import type { Example } from './mutations.ts';

const csvByHour = { granularity: 'hourly', format: 'csv' };

/** Valid bodies of subscriptions, exports and tags of reports. */
export const reportBodies: Record<string, Example[]> = {
  putReportSubscription: [
    example(
      {
        report: 'costs',
        frequency: 'weekly',
        timeZone: 'Europe/Berlin',
        hour: 7,
        to: ['ada@example.com'],
        groupBy: 'department',
      },
      ['frequency', 'to', 'to[0]'],
    ),
  ],
  createReportExport: [
    {
      body: {
        from: '2026-11-01',
        to: '2026-11-22',
        timeZone: 'Asia/Tokyo',
        groupBy: 'user',
        bom: true,
        ...csvByHour,
      },
      // In alerts these are times of day and addresses; here they are timestamps.
      kinds: { ...FIELD_KINDS, from: 'dayOrInstant', to: 'dayOrInstant' },
      required: [],
    },
  ],
  putReportTags: [
    {
      body: { tags: ['team', 'cost-center'] },
      // In requests this is a map; here it is a list of names.
      kinds: { ...FIELD_KINDS, tags: 'listOrEmpty', 'tags[]': 'identifier' },
      required: ['tags'],
    },
  ],
};
