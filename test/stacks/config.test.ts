import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { configFor } from '../../lib/config.ts';

describe('configFor', () => {
  test('names the setting that is not valid', () => {
    expect(() => configFor('prod', { alarmEmail: 'nobody' })).toThrow(/prod.*\n?.*alarmEmail/s);
    expect(() => configFor('dev', { region: 'Europe' })).toThrow(/region/);
    const jwt = { issuer: 'https://id.example.com', audience: '', jwksUrl: 'nowhere' };
    expect(() => configFor('dev', { jwt })).toThrow(/jwksUrl/);
    const warm = (minOf: object) => () =>
      configFor('dev', { provisionedConcurrency: { min: 1, max: 4, minOf } });
    expect(warm({ reserve: 5 })).toThrow(/provisionedConcurrency/);
    expect(warm({ health: 2 })).toThrow(/health/);
    const gateway = (changes: object) => () =>
      configFor('dev', { gateway: { ...configFor('dev').gateway, ...changes } });
    expect(gateway({ models: ['amazon.nova-micro'] })).toThrow(/gateway.models/);
    expect(gateway({ regions: [] })).toThrow(/gateway.regions/);
    const warmThroughput = { ledger: { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 1 } };
    expect(() => configFor('dev', { warmThroughput })).toThrow(/warmThroughput/);
  });

  test('spreads entries as the peak rate needs, from instants in order', () => {
    const throttle = { requestsPerSecond: 5_000, burst: 5_000 };
    const spread =
      (...shards: number[]) =>
      () =>
        configFor('dev', {
          throttle,
          entryShards: shards.map((each, at) => ({
            from: `2026-0${3 - at}-01T00:00:00Z`,
            shards: each,
          })),
        });
    expect(spread()).toThrow(/5000 requests per second need/);
    expect(spread(64)).toThrow(/end with 128 shards/);
    expect(spread(100)).toThrow(/power of two/);
    expect(spread(8, 128)).toThrow(/in order of time/);
    expect(spread(128)().entryShards).toEqual([{ fromMs: Date.UTC(2026, 2), shards: 128 }]);
    expect(configFor('dev').entryShards).toEqual([]);
  });

  test('takes the overrides of the deployment', () => {
    const jwt = {
      issuer: 'https://id.example.com',
      audience: 'purser',
      jwksUrl: 'https://id.example.com/jwks.json',
      departmentsClaim: 'groups',
    };
    expect(
      configFor('prod', { region: 'eu-west-1', alarmEmail: 'on-call@example.com', jwt }),
    ).toMatchObject({ region: 'eu-west-1', alarmEmail: 'on-call@example.com', jwt });
    const alertSender = 'purser@example.org';
    const operatorOrganization = 'platform';
    expect(configFor('prod', { alertSender, operatorOrganization })).toMatchObject({
      alertSender,
      operatorOrganization,
    });
  });
});

describe('the application is refused before anything is built', () => {
  test.each([
    [{ environment: 'production' }, 'environment'],
    [{ environment: 'prod' }, 'replace ops@example.com in environments/prod.json: alarmEmail'],
    [{ environment: 'staging' }, 'environments/staging.json: alertSender must be'],
    [{ environment: 'dev', jwtIssuer: 'https://id.example.com' }, 'set jwtIssuer in environments'],
    [{ environment: 'dev', warm: 'many' }, 'warm'],
  ])('%j: %s', async (context, message) => {
    const attempt = promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../../bin/purser.ts')],
      {
        env: {
          CDK_CONTEXT_JSON: JSON.stringify(context),
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        },
      },
    );
    await expect(attempt).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(message, 'i')),
    });
  });
});
