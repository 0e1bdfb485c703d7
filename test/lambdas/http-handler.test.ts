import { expect, test } from 'vitest';
import { reportRoutes } from '../../contracts/reports.ts';
import { createHttpHandler, endpoint } from '../../lambdas/edge/http-handler.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

test.each([
  [5_000_000, 200],
  [5_000_001, 400],
])('an answer of %i characters is answered with %i', async (length, expected) => {
  const handler = createHttpHandler({ now: () => NOON, telemetry: silentTelemetry() }, [
    endpoint(reportRoutes.costReport, () =>
      Promise.resolve({ status: 200, text: 'x'.repeat(length), contentType: 'text/csv' }),
    ),
  ]);
  const { status, json } = await call(handler, 'GET /v1/reports/costs');
  expect(status).toBe(expected);
  if (expected === 400) expect(json['detail']).toMatch(/5000001 bytes.* Request less\.$/);
});
