import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { ProblemError } from '../../contracts/problem.ts';
import { exportBody } from '../../contracts/report-exports.ts';
import { costReportQuery } from '../../contracts/reports.ts';
import { parsePart } from '../../lambdas/edge/parse-request.ts';

function messagesOf(schema: z.ZodType, query: unknown): string[] {
  try {
    parsePart(schema, query, 'query');
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.errors?.map(({ message }) => message) ?? [];
  }
}

describe('a report is asked for', () => {
  test.each(['now', '', '2026-02-30', '2026-11-20T00:00Z', '2026-12-31T23:59:60Z', 5])(
    'not from %j, and told what a date looks like',
    (from) => {
      for (const schema of [costReportQuery, exportBody]) {
        expect(messagesOf(schema, { from })).toEqual([
          'must be a date such as 2026-11-21 or an RFC 3339 instant such as 2026-11-21T06:00:00Z',
        ]);
      }
    },
  );

  test.each(['planet', 'tag:', 'tag:a#b', ['user', 'model']])(
    'not by %j, and told what there is',
    (groupBy) => {
      for (const schema of [costReportQuery, exportBody]) {
        expect(messagesOf(schema, { groupBy })).toEqual([
          expect.stringMatching(/total, .*department.* tag:NAME/),
        ]);
      }
    },
  );

  test('by records only in a file', () => {
    expect(messagesOf(costReportQuery, { groupBy: 'record' })).toHaveLength(1);
    expect(messagesOf(exportBody, { groupBy: 'record' })).toEqual([]);
  });
});
