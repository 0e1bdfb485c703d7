import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Aggregate, aggregatesOf } from '../../../domain/reporting/aggregates.ts';
import { costReportOf } from '../../../domain/reporting/cost-report.ts';
import { csvLine, csvOf } from '../../../domain/reporting/csv.ts';
import {
  rangeFault,
  rowsFault,
  type ReportRange,
  segmentsOf,
} from '../../../domain/reporting/report-range.ts';
import { arbitraryPostings, postingWith } from '../../support/postings.ts';

const at = (text: string): number => Date.parse(text);
const range = (from: string, to: string): ReportRange => ({ fromMs: at(from), toMs: at(to) });
const DAY = range('2026-11-21T00:00:00Z', '2026-11-22T00:00:00Z');
const dailyUsers = (aggregates: Aggregate[]): Aggregate[] =>
  aggregates.filter(
    ({ dimension, granularity }) => dimension === 'user' && granularity === 'daily',
  );
const users = { organizationId: 'acme', groupBy: 'user', granularity: 'total' } as const;

describe('the range of a report', () => {
  test('falls into whole days and the hours at its edges, without gap or overlap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400_000, max: 500_000 }),
        fc.integer({ min: 1, max: 2_000 }),
        (firstHour, hours) => {
          const whole = { fromMs: firstHour * 3_600_000, toMs: (firstHour + hours) * 3_600_000 };
          const segments = segmentsOf(whole);
          expect(segments[0]?.fromMs).toBe(whole.fromMs);
          expect(segments.at(-1)?.toMs).toBe(whole.toMs);
          for (const [position, segment] of segments.entries()) {
            expect(segment.fromMs).toBeLessThan(segment.toMs);
            expect(new Date(segment.fromMs).toISOString().slice(0, 10)).toBe(segment.day);
            expect(segments[position + 1]?.fromMs ?? whole.toMs).toBe(segment.toMs);
            expect(segment.whole).toBe(segment.toMs - segment.fromMs === 86_400_000);
          }
        },
      ),
    );
  });

  test('is refused when it is empty, turned round or too long, naming the field', () => {
    expect(rangeFault(DAY, 'hourly')).toBeUndefined();
    expect(rangeFault({ fromMs: DAY.toMs, toMs: DAY.toMs }, 'daily')?.field).toBe('to');
    expect(rangeFault({ fromMs: DAY.toMs, toMs: DAY.fromMs }, 'daily')?.field).toBe('to');
    const days = (count: number) => ({ fromMs: 0, toMs: count * 86_400_000 });
    expect(rangeFault(days(31), 'hourly')).toBeUndefined();
    expect(rangeFault(days(32), 'hourly')?.field).toBe('from');
    expect(rangeFault(days(400), 'daily')).toBeUndefined();
    expect(rangeFault(days(401), 'total')?.message).toContain('400 days');
  });
});

describe('a cost report', () => {
  test('its total is the sum of its rows and of the postings', () => {
    fc.assert(
      fc.property(
        arbitraryPostings({ maxLength: 60 }),
        fc.constantFrom<'total' | 'daily'>('total', 'daily'),
        (postings, granularity) => {
          const all = range('2026-11-19T00:00:00Z', '2026-11-24T00:00:00Z');
          const frame = { ...users, granularity, range: all };
          const report = costReportOf(frame, dailyUsers(aggregatesOf(postings)));
          const spent = postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
          const rows = report.rows.reduce((sum, { measures }) => sum + measures.costNanoUsd, 0n);
          expect(report.total.costNanoUsd).toBe(spent);
          expect(rows).toBe(spent);
        },
      ),
    );
  });

  test('orders rows by time, then by cost; names nobody where requests named nobody', () => {
    const aggregates = aggregatesOf([
      postingWith({ departmentId: 'sales', amountNanoUsd: 1n }),
      postingWith({ departmentId: undefined, amountNanoUsd: 5n }),
      postingWith({ departmentId: 'sales', occurredAtMs: at('2026-11-20T01:00:00Z') }),
    ]).filter(
      ({ dimension, granularity }) => dimension === 'department' && granularity === 'daily',
    );
    const whole = range('2026-11-20T00:00:00Z', '2026-11-22T00:00:00Z');
    const report = costReportOf(
      { organizationId: 'acme', groupBy: 'department', granularity: 'daily', range: whole },
      aggregates,
    );
    expect(report.rows.map(({ key, periodStartMs }) => [key, periodStartMs])).toEqual([
      ['sales', at('2026-11-20T00:00:00Z')],
      [null, at('2026-11-21T00:00:00Z')],
      ['sales', at('2026-11-21T00:00:00Z')],
    ]);
  });

  test('a day at the edge of the range states the hours it covers', () => {
    const hours = aggregatesOf([postingWith()]).filter(
      ({ dimension, granularity }) => dimension === 'user' && granularity === 'hourly',
    );
    const part = range('2026-11-21T12:00:00Z', '2026-11-22T00:00:00Z');
    const [row] = costReportOf({ ...users, granularity: 'daily', range: part }, hours).rows;
    expect([row?.periodStartMs, row?.periodEndMs]).toEqual([part.fromMs, part.toMs]);
  });
});

describe('CSV', () => {
  test('runs no formula in a spreadsheet, and leaves numbers as they are', () => {
    expect(csvLine(['=1+1', '+1', '@x', '-1+cmd', '-0.003500000', 'a=b'])).toBe(
      "'=1+1,'+1,'@x,'-1+cmd,-0.003500000,a=b\r\n",
    );
  });

  test.each([
    ['full-width', ['＝1+1', '＋1', '＠x', '－1', '﹦1', '\u22121']],
    ['behind spaces', [' =1', '\u00A0=1', '\u3000＝1', '\u200B=1', '\uFEFF=1', ' -0.5', '\v@x']],
    ['behind a tab', ['\t=1', '\t1']],
  ])('runs no formula that is %s', (_, texts) => {
    for (const text of texts) expect(csvLine([text])).toBe(`'${text}\r\n`);
    for (const text of ['a＝b', ' x', 'é', '東京', '-12', '1-2']) {
      expect(csvLine([text])).toBe(`${text}\r\n`);
    }
  });

  test('quotes what RFC 4180 asks for and nothing else', () => {
    expect(csvLine(['plain', 'a,b', 'say "x"', 'two\nlines', null, 12n])).toBe(
      'plain,"a,b","say ""x""","two\nlines",,12\r\n',
    );
  });

  test('one line per row under a header that names the grouping', () => {
    const report = costReportOf(
      { ...users, range: DAY },
      dailyUsers(aggregatesOf([postingWith()])),
    );
    const [header, line, end] = csvOf(report).split('\r\n');
    expect(header).toMatch(/^periodStart,periodEnd,user,costUsd,requests,/);
    expect(line).toMatch(
      /^2026-11-21T00:00:00.000Z,2026-11-22T00:00:00.000Z,ada,0.001234567,1,1000,200,30,4,/,
    );
    expect(end).toBe('');
  });
});

describe('the limits of a report', () => {
  test.each([
    ['hourly', 31],
    ['daily', 400],
    ['total', 400],
  ] as const)(
    'allow %s figures of %i days, and an hour where clocks are set back',
    (granularity, days) => {
      const longest = { fromMs: 0, toMs: days * 86_400_000 };
      expect(rangeFault(longest, granularity)).toBeUndefined();
      const hourMore = longest.toMs + 3_600_000;
      expect(rangeFault({ ...longest, toMs: hourMore }, granularity)).toBeUndefined();
      const longer = { ...longest, toMs: hourMore + 1 };
      expect(rangeFault(longer, granularity)).toMatchObject({ field: 'from' });
      expect(rangeFault({ fromMs: 5, toMs: 5 }, granularity)).toMatchObject({ field: 'to' });
      expect(rangeFault({ fromMs: 5, toMs: 6 }, granularity)).toBeUndefined();
    },
  );

  test('allow 10 000 rows, and name what makes fewer', () => {
    expect(rowsFault(10_000, 'total')).toBeUndefined();
    expect(rowsFault(10_001, 'total')).toMatchObject({ field: 'groupBy' });
    expect(rowsFault(10_001, 'daily')).toMatchObject({ field: 'granularity' });
    expect(rowsFault(10_001, 'hourly')).toMatchObject({ field: 'granularity' });
  });
});
