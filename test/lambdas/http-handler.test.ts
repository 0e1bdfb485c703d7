import { expect, test } from 'vitest';
import { predictionRoutes } from '../../contracts/predictions.ts';
import { ProblemError } from '../../contracts/problem.ts';
import { reportRoutes } from '../../contracts/reports.ts';
import { createHttpHandler, endpoint } from '../../lambdas/edge/http-handler.ts';
import { invalidField, unknownPrice } from '../../services/errors.ts';
import { call } from '../support/http-event.ts';
import { aiRequest } from '../support/model-desk.ts';
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

test.each([
  [unknownPrice('model', 'the price of x is unknown'), ['UnknownPrices']],
  [new ProblemError('rate-limited', 'Retry in 1 s.'), ['RequestsLimited']],
  [invalidField('providerUsage', 'the total is 14, but its parts give 15'), ['UnreadUsage']],
  [invalidField('parts[1].providerUsage.speed', 'is unknown'), ['UnreadUsage']],
  [invalidField('model', 'is not known'), []],
])('a refusal counts what operators watch: %s', async (refusal, metrics) => {
  const telemetry = silentTelemetry();
  const handler = createHttpHandler({ now: () => NOON, telemetry }, [
    endpoint(predictionRoutes.createPrediction, () => Promise.reject(refusal)),
  ]);
  await call(handler, 'POST /v1/predictions', { body: aiRequest() });
  expect(telemetry.metrics.map(({ name }) => name)).toEqual(metrics);
});
