import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { type CloudWatch, startCloudWatch } from '../support/cloud-watch.ts';
import { startReceiver } from '../support/loopback-receiver.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const hour = (index: number): number => START + index * HOUR_MS;

let cloudWatch: CloudWatch;
beforeAll(async () => {
  cloudWatch = await startCloudWatch();
});
afterAll(() => cloudWatch.stop());

test('hours with invocations are read per function, by their peaks and sums', async () => {
  const { store, client } = cloudWatch;
  const write = (name: string, alias: string, metric: string, value: number, atMs: number): void =>
    store.add(
      'AWS/Lambda',
      metric,
      { FunctionName: name, Resource: `${name}:${alias}` },
      value,
      atMs,
    );
  for (const [atMs, used, utilization, spilled] of [
    [hour(0), 2, 0.4, 0],
    [hour(0) + 59 * 60_000, 3, 0.6, 1],
    [hour(0) + 30 * 60_000, 1, 0.2, 4],
    [hour(5), 1, 0.2, 0],
    [hour(6), 9, 0.9, 0],
  ] as const) {
    write('reserve', 'live', 'ProvisionedConcurrentExecutions', used, atMs);
    write('reserve', 'live', 'ProvisionedConcurrencyUtilization', utilization, atMs);
    write('reserve', 'live', 'ProvisionedConcurrencySpilloverInvocations', spilled, atMs);
  }
  write('reserve', 'next', 'ProvisionedConcurrentExecutions', 50, hour(1));
  write('settle', 'live', 'ProvisionedConcurrencySpilloverInvocations', 2, hour(2));

  const range = { fromMs: hour(0), toMs: hour(6) };
  const read = await createFunctionMetrics(client).warmHours(['reserve', 'settle', 'void'], range);
  expect(Object.fromEntries(read)).toEqual({
    reserve: [
      { atMs: hour(0), peakUse: 3, peakUtilization: 0.6, spillovers: 5 },
      { atMs: hour(5), peakUse: 1, peakUtilization: 0.2, spillovers: 0 },
    ],
    settle: [{ atMs: hour(2), peakUse: 0, peakUtilization: 0, spillovers: 2 }],
    void: [],
  });
});

test('an answer in pages is read to its end; one that is not whole is an error', async () => {
  const receiver = await startReceiver();
  const metrics = createFunctionMetrics(localEndpoint(`http://127.0.0.1:${receiver.port}`));
  const page = (statusCode: string, atMs: number, value: number, next?: string): string =>
    JSON.stringify({
      MetricDataResults: [
        {
          Id: 'peakUse_0',
          StatusCode: statusCode,
          Timestamps: [atMs / 1_000],
          Values: [value],
        },
      ],
      ...(next === undefined ? {} : { NextToken: next }),
    });
  const range = { fromMs: hour(0), toMs: hour(48) };
  receiver.answers.push(page('PartialData', hour(1), 4, 'more'), page('Complete', hour(2), 5));
  const read = await metrics.warmHours(['reserve'], range);
  expect(read.get('reserve')).toMatchObject([
    { atMs: hour(1), peakUse: 4 },
    { atMs: hour(2), peakUse: 5 },
  ]);
  const asked = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'more']);
  expect(asked[0]).toMatchObject({ StartTime: hour(0) / 1_000, EndTime: hour(48) / 1_000 });

  receiver.answers.push(page('InternalError', hour(1), 4));
  await expect(metrics.warmHours(['reserve'], range)).rejects.toThrow('InternalError');
  receiver.statuses.push(400);
  receiver.answers.push('{"__type":"AccessDeniedException","message":"not allowed"}');
  await expect(metrics.warmHours(['reserve'], range)).rejects.toThrow('not allowed');
  await receiver.close();
});
