import { gunzipSync } from 'node:zlib';
import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { predictionRoutes } from '../../contracts/predictions.ts';
import { ProblemError } from '../../contracts/problem.ts';
import { reportRoutes } from '../../contracts/reports.ts';
import { createHttpHandler, endpoint } from '../../lambdas/edge/http-handler.ts';
import { invalidField, unknownPrice } from '../../services/errors.ts';
import { call, httpEvent } from '../support/http-event.ts';
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

test.each([
  [1_023, undefined],
  [1_024, 'gzip'],
])('an answer of %i characters is sent with content-encoding %s', async (length, encoding) => {
  const text = 'x'.repeat(length);
  const handler = createHttpHandler({ now: () => NOON, telemetry: silentTelemetry() }, [
    endpoint(reportRoutes.costReport, () =>
      Promise.resolve({ status: 200, text, contentType: 'text/csv' }),
    ),
  ]);
  const headers = { 'accept-encoding': 'gzip' };
  const { body = '', headers: sent } = await handler(
    httpEvent('GET /v1/reports/costs', { headers }),
    {} as Context,
  );
  expect(sent?.['content-encoding']).toBe(encoding);
  const shown = encoding ? gunzipSync(Buffer.from(body, 'base64')).toString() : body;
  expect(shown).toBe(text);
});

test('a long problem is compressed too', async () => {
  const handler = createHttpHandler({ now: () => NOON, telemetry: silentTelemetry() }, [
    endpoint(reportRoutes.costReport, () =>
      Promise.reject(new ProblemError('invalid-request', 'wrong '.repeat(400))),
    ),
  ]);
  const headers = { 'accept-encoding': 'gzip' };
  const answer = await handler(httpEvent('GET /v1/reports/costs', { headers }), {} as Context);
  expect(answer.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': 'application/problem+json',
  });
  const body = gunzipSync(Buffer.from(answer.body ?? '', 'base64')).toString();
  expect(JSON.parse(body)).toMatchObject({ status: 400 });
});
