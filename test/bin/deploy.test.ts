import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { pruneVersions } from '../../aws/function-versions.ts';
import { type AccountState, startAccount } from '../support/aws-account.ts';

type Account = Awaited<ReturnType<typeof startAccount>>;
let account: Account | undefined;
afterEach(() => account?.close());

const READY: AccountState = { bootstrapVersion: 28, verified: ['purser@example.com'] };

async function check(
  state: AccountState,
  context: readonly string[] = ['-c', 'environment=dev'],
): Promise<{ code: number; output: string }> {
  account = await startAccount(state);
  const script = join(import.meta.dirname, '../../bin/deploy.ts');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { ...account.environment, PATH, NODE_COMPILE_CACHE };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...context, '--check'], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

describe('the check before a deployment', () => {
  test('passes in an account that is ready, and says what it found', async () => {
    const { code, output } = await check(READY);
    expect(output).toContain('CDK is bootstrapped (version 28).');
    expect(output).toContain('No environments stay warm.');
    expect(output).toContain('The names are free.');
    expect(code).toBe(0);
    for (const line of output.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test.each<[string, AccountState, string[], string]>([
    [
      'before cdk bootstrap',
      { ...READY, bootstrapVersion: 5 },
      [],
      'Run npx cdk bootstrap aws://123456789012/us-east-1 once.',
    ],
    [
      'that has too little concurrency left for warm environments',
      { ...READY, concurrency: { limit: 10, unreserved: 10 } },
      ['-c', 'warm=1'],
      'or deploy with -c warm=0.',
    ],
    [
      'whose API Gateway takes fewer requests',
      { ...READY, burst: 999 },
      [],
      'the account allows 10000 and 999',
    ],
    [
      'whose API Gateway may not write logs',
      { ...READY, hasNoLogRole: true },
      [],
      'with the policy AmazonAPIGatewayPushToCloudWatchLogs',
    ],
    [
      'in which an earlier deployment left its tables',
      { ...READY, tables: ['purser-dev-ledger', 'purser-prod-ledger'] },
      [],
      '1 tables with these names remain from an earlier deployment, such as purser-dev-ledger.',
    ],
  ])('stops in an account %s', async (_name, state, more, text) => {
    const { code, output } = await check(state, ['-c', 'environment=dev', ...more]);
    expect(output.replaceAll(/\s+/g, ' ')).toContain(text);
    for (const line of output.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(code).toBe(1);
  });

  test.each<[string, AccountState, string]>([
    [
      'a new account runs few functions',
      { ...READY, concurrency: { limit: 10, unreserved: 10 } },
      'New accounts start with 10.',
    ],
    ['SES does not know the sender', { ...READY, verified: [] }, 'Verify it in SES'],
    ['SES is in its sandbox', { ...READY, isInSandbox: true }, 'Request production access'],
  ])('warns that %s, and goes on', async (_name, state, text) => {
    const { code, output } = await check(state);
    expect(output.replaceAll(/\s+/g, ' ')).toContain(text);
    expect(code).toBe(0);
  });

  test('knows its own tables again', async () => {
    const stacks = ['Purser-Dev-Data'];
    const { code, output } = await check({ ...READY, stacks, tables: ['purser-dev-ledger'] });
    expect(output).toContain('This is an update.');
    expect(code).toBe(0);
  });

  test.each([
    [[], 'Choose an environment'],
    [['-c', 'environment=live'], 'Choose an environment'],
    [['--context=environment=dev', '-c', 'warm=-1'], 'context warm'],
  ])('refuses %j', async (context, text) => {
    const { code, output } = await check(READY, context);
    expect(output).toContain(text);
    expect(code).toBe(2);
  });

  test('refuses settings that nobody has filled in', async () => {
    const { code, output } = await check(READY, ['-c', 'environment=prod']);
    expect(output).toContain('Replace ops@example.com in environments/prod.json');
    expect(code).toBe(1);
  });
});

test('keeps the latest versions of a function for a rollback, and the one in use', async () => {
  const running = await startAccount({ versions: { numbers: [1, 2, 3, 10, 9, 8, 7, 6], live: 2 } });
  account = running;
  for (const [name, value] of Object.entries(running.environment)) process.env[name] = value;
  expect(await pruneVersions('purser-dev-reserve', { region: 'us-east-1', kept: 3 })).toBe(4);
  expect(running.deletedVersions.toSorted()).toEqual(
    ['1', '3', '6', '7'].map((version) => `purser-dev-reserve:${version}`),
  );
});
