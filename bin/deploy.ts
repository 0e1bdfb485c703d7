import { readAccountFacts } from '../aws/account-facts.ts';
import { pruneVersions } from '../aws/function-versions.ts';
import { FUNCTIONS } from '../lambdas/functions.ts';
import { type AccountCheck, accountChecks } from '../lib/deployment/account-checks.ts';
import {
  configFor,
  deploymentFaults,
  type PurserConfig,
  stackName,
  withWarmth,
} from '../lib/config.ts';
import { CommandError, messageOf, runCommand } from './tools/command-line.ts';
import { cdkOptions } from './tools/cdk-options.ts';
import { runCdk } from './tools/run-cdk.ts';
import { wrapped } from './tools/text-table.ts';

const HELP = `Checks an AWS account, deploys one environment into it, and tidies up.

  npm run deploy -- -c environment=dev
  npm run deploy -- -c environment=prod -c warm=0
  npm run deploy -- -c environment=dev --check

  -c environment=NAME   dev, staging or prod; its settings are in
                        environments/NAME.json
  -c warm=N             environments of each hot-path function to keep warm,
                        instead of the number in the file
  --check               only check the account

Any other option goes to cdk deploy. The check reads the account's limits, CDK's
bootstrap, SES, and tables that an earlier deployment left behind. It stops
before anything is created that would have to be rolled back. Afterwards the
command deletes versions of functions that are older than the last five.`;

const KEPT_VERSIONS = 5;

await runCommand(HELP, async (args) => {
  const isOnlyCheck = args.includes('--check');
  const { environment, warm } = cdkOptions(args);
  const file = configFor(environment);
  const config = configFor(environment, withWarmth(file, warm));
  const faults = deploymentFaults(config);
  if (faults.length > 0) throw new CommandError(faults.join('\n'));
  if (!(await isAccountReady(config))) return 1;
  if (isOnlyCheck) return 0;
  const code = await runCdk(['deploy', '--all', ...args]);
  if (code !== 0) return code;
  await prune(config);
  return 0;
});

async function isAccountReady(config: PurserConfig): Promise<boolean> {
  const { region, prefix, alertSender, environment } = config;
  const dataStack = stackName(environment, 'Data');
  console.log(`Checking the account for ${environment} in ${region}:`);
  let checks: AccountCheck[];
  try {
    const facts = await readAccountFacts({ region, prefix, dataStack, alertSender });
    checks = accountChecks(config, facts);
  } catch (error) {
    throw new CommandError(
      `The account cannot be read: ${messageOf(error)}\nSign in first, for example with aws sso login.`,
    );
  }
  const signs = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' };
  for (const { state, finding, remedy } of checks) {
    const text = remedy === undefined ? finding : `${finding} ${remedy}`;
    console.log(`  ${signs[state]}  ${wrapped(text, { width: 68, indent: 11 })}`);
  }
  return checks.every(({ state }) => state !== 'fault');
}

async function prune({ prefix, region }: PurserConfig): Promise<void> {
  let deleted = 0;
  for (const { name } of FUNCTIONS) {
    deleted += await pruneVersions(prefix + name, { region, kept: KEPT_VERSIONS });
  }
  console.log(
    `Deleted ${deleted} old versions; the last ${KEPT_VERSIONS} of each function remain.`,
  );
}
