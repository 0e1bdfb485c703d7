import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { configFor } from '../../lib/config.ts';

describe('configFor', () => {
  test('names the setting that is not valid', () => {
    expect(() => configFor('prod', { alarmEmail: 'nobody' })).toThrow(/prod.*\n?.*alarmEmail/s);
    expect(() => configFor('dev', { region: 'Europe' })).toThrow(/region/);
    expect(() => configFor('dev', { jwt: { issuer: 'https://id.example.com' } })).toThrow(
      /audience/,
    );
    const warm = (minOf: object) => () =>
      configFor('dev', { provisionedConcurrency: { min: 1, max: 4, minOf } });
    expect(warm({ reserve: 5 })).toThrow(/provisionedConcurrency/);
    expect(warm({ health: 2 })).toThrow(/health/);
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

describe('a deployment is refused before anything is built', () => {
  test.each([
    [{}, 'choose an environment'],
    [{ environment: 'production' }, 'environment'],
    [{ environment: 'prod' }, 'name the recipient of alarms'],
    [{ environment: 'staging', alarmEmail: 'ops@example.com' }, 'name the recipient of alarms'],
  ])('%j: %s', async (context, message) => {
    const attempt = promisify(execFile)(
      process.execPath,
      [join(import.meta.dirname, '../../bin/purser.ts')],
      { env: { CDK_CONTEXT_JSON: JSON.stringify({ ...context, deploy: 'true' }) } },
    );
    await expect(attempt).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(message, 'i')),
    });
  });
});
