import { expect, test } from 'vitest';
import { aggregatesOf } from '../../../domain/reporting/aggregates.ts';
import { chargebackOf, chargebackPartOf } from '../../../domain/reporting/chargeback.ts';
import { costReportOf } from '../../../domain/reporting/cost-report.ts';
import { postingWith } from '../../support/postings.ts';

const DAY_MS = 86_400_000;
const fromMs = Date.parse('2026-11-20T00:00:00Z');

const spentBy = (departmentId: string, spelling: string | undefined, day: number) =>
  postingWith({
    postingId: `${departmentId}-${day}`,
    departmentId,
    given: spelling === undefined ? undefined : { departmentId: spelling },
    occurredAtMs: fromMs + day * DAY_MS,
    amountNanoUsd: 100n,
  });

const reportOf = (postings: ReturnType<typeof spentBy>[], granularity: 'daily' | 'total') =>
  costReportOf(
    {
      organizationId: 'acme',
      groupBy: 'department',
      granularity,
      range: { fromMs, toMs: fromMs + 3 * DAY_MS },
    },
    aggregatesOf(postings).filter(
      (item) => item.dimension === 'department' && item.granularity === 'daily',
    ),
  );

test('every row of a value has its latest spelling', () => {
  const postings = [spentBy('lab', 'LAB', 2), spentBy('lab', 'Lab', 1), spentBy('lab', 'lAB', 0)];
  const total = reportOf(postings, 'total');
  expect(total.rows).toMatchObject([{ key: 'LAB', id: 'lab', measures: { costNanoUsd: 300n } }]);
  expect(reportOf(postings, 'daily').rows.map(({ key }) => key)).toEqual(['LAB', 'LAB', 'LAB']);
});

test('a value that was spelled as it is kept lately is shown so', () => {
  const { rows } = reportOf([spentBy('lab', 'LAB', 0), spentBy('lab', undefined, 1)], 'total');
  expect(rows).toMatchObject([{ key: 'lab' }]);
  expect(rows[0]).not.toHaveProperty('id');
});

test('shares of departments are found whatever their spelling', () => {
  const report = reportOf([spentBy('lab', 'Lab', 0), spentBy('ops', 'OPS', 1)], 'total');
  const allocation = {
    rule: 'proportional',
    sharedDepartments: ['ops'],
    shares: [],
    validFromMs: 0,
  } as const;
  const part = chargebackPartOf(report, allocation);
  const lab = { id: 'lab', departmentId: 'Lab', deviatingRequests: 0n };
  expect(part.departments).toEqual([{ ...lab, directNanoUsd: 100n, sharedNanoUsd: 100n }]);
  const later = chargebackPartOf(reportOf([spentBy('lab', 'LAB', 2)], 'total'), allocation);
  expect(chargebackOf({ range: report.range }, [part, later]).departments).toEqual([
    { ...lab, departmentId: 'LAB', directNanoUsd: 200n, sharedNanoUsd: 100n },
  ]);
});
