import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalRun } from '../../local/local-run.ts';
import type { LocalRun } from '../../local/local-run.ts';
import { synthesizeFixture } from './fixture-application.ts';
import { createCaller, LOCAL_KEY } from './local-caller.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-metrics-'));
let run: LocalRun;
let call: ReturnType<typeof createCaller>;

beforeAll(async () => {
  run = await startLocalRun({
    assemblyDirectory: synthesizeFixture(directory),
    dataDirectory: join(directory, 'data'),
    port: 0,
    key: () => LOCAL_KEY,
    onProgress: () => undefined,
  });
  call = createCaller(run.url);
});

afterAll(async () => {
  await run?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('metrics and alarms', () => {
  it('counts what functions report and alarms on their errors', async () => {
    await call('DELETE', '/_local/inbox');
    await call('POST', '/_local/invoke/fixture-publish', {});
    await call('GET', '/items/fail');
    const names = async () =>
      (await call('GET', '/_local/metrics')).json.items.map(({ name }: { name: string }) => name);
    // Function output is buffered briefly before it is processed.
    await expect
      .poll(names, { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['Ticks', 'Errors', 'Duration', '5xx']));
    await call('POST', '/_local/clock', { advanceMs: 60_000 });
    const { items: alarms } = (await call('GET', '/_local/alarms')).json;
    expect(alarms).toMatchObject([{ name: 'fixture-failures', state: 'ALARM' }]);
    const subjects = async () =>
      (await call('GET', '/_local/inbox')).json.items.map(
        (item: { subject?: string }) => item.subject,
      );
    await expect
      .poll(subjects, { timeout: 20_000 })
      .toContain('ALARM: "fixture-failures" in US East (N. Virginia)');
  });

  it('answers how warm environments were used, by period and in expressions', async () => {
    const periodMs = 1_200_000;
    const before = Date.parse((await call('GET', '/_local/clock')).json.now);
    // Moves to the middle of a period, so that everything falls into it.
    await call('POST', '/_local/clock', { advanceMs: periodMs * 1.5 - (before % periodMs) });
    const began = Date.parse((await call('GET', '/_local/clock')).json.now);
    // The fixture keeps one environment warm, so one of two concurrent stalls spills over.
    await Promise.all([call('GET', '/items/stall'), call('GET', '/items/stall')]);
    await call('GET', '/open/now');
    const { AWS_ENDPOINT_URL: endpoint = '' } = run.environment();
    const client = new CloudWatchClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const metric = (id: string, name: string, statistic: string, returned = true) => ({
      Id: id,
      ReturnData: returned,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName: name,
          Dimensions: [
            { Name: 'FunctionName', Value: 'fixture-items' },
            { Name: 'Resource', Value: 'fixture-items:live' },
          ],
        },
        Period: 1_200,
        Stat: statistic,
      },
    });
    const { MetricDataResults: results = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(began - 60_000),
        EndTime: new Date(began + 60_000),
        MetricDataQueries: [
          metric('all', 'ConcurrentExecutions', 'Maximum'),
          metric('warm', 'ProvisionedConcurrentExecutions', 'Maximum'),
          metric('used', 'ProvisionedConcurrencyUtilization', 'Maximum'),
          metric('spilled', 'ProvisionedConcurrencySpilloverInvocations', 'Sum'),
          metric('calls', 'Invocations', 'Sum', false),
          { Id: 'share', Expression: 'spilled / calls', Period: 1_200 },
        ],
      }),
    );
    const values = results.map(({ Id, Values = [] }) => [Id, Values]);
    expect(Object.fromEntries(values)).toEqual({
      all: [2],
      warm: [1],
      used: [1],
      spilled: [1],
      share: [1 / 3],
    });
    const [time] = results[0]?.Timestamps ?? [];
    expect(time?.getTime()).toBe(began - (began % periodMs));
  });
});
