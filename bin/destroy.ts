import { emptyBucket } from '../aws/empty-bucket.ts';
import { configFor } from '../lib/config.ts';
import { cdkOptions } from './tools/cdk-options.ts';
import { CommandError, runCommand } from './tools/command-line.ts';
import { runCdk } from './tools/run-cdk.ts';

const HELP = `Deletes an environment that keeps no data, with everything in it.

  npm run destroy -- -c environment=dev

Empties the bucket of report files, which CloudFormation deletes only when it is
empty, and runs cdk destroy. Environments with "retainData": true are refused:
delete their stacks with npx cdk destroy, which leaves tables and files behind.`;

await runCommand(HELP, async (args) => {
  const { environment } = cdkOptions(args);
  const { prefix, region, retainData } = configFor(environment);
  if (retainData) {
    throw new CommandError(
      `${environment} keeps its data (retainData in environments/${environment}.json).`,
    );
  }
  const deleted = await emptyBucket(`${prefix}exports-`, region);
  console.log(`Deleted ${deleted} report files.`);
  return runCdk(['destroy', '--all', ...args]);
});
