import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { signedIn } from '../../aws/signed-in.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { CommandError } from './command-line.ts';
import { dataFolder } from './local-run-files.ts';

/** Options of commands that read or write tables. */
export const STORE_OPTIONS = {
  endpoint: { type: 'string' },
  aws: { type: 'boolean', default: false },
  prefix: { type: 'string', default: 'purser-dev-' },
} as const;

export const STORE_HELP = `  --endpoint URL   any DynamoDB endpoint         [that of the local run]
  --aws            the tables of the AWS account that is signed in
  --prefix NAME    prefix of the tables          [purser-dev-]`;

/**
 * Opens the store that the options name.
 * @throws CommandError if they name none and no local run is noted
 */
export function openStore(values: { endpoint?: string; aws: boolean; prefix: string }): DynamoDb {
  const endpoint = values.aws ? undefined : (values.endpoint ?? runningEndpoint());
  return createDynamoDb({
    tablePrefix: values.prefix,
    client: endpoint === undefined ? signedIn() : localEndpoint(endpoint),
  });
}

/** Reads the store's address from the local run's folder. */
function runningEndpoint(): string {
  const file = join(dataFolder(), 'running.json');
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { dynamoDbEndpoint: string })
      .dynamoDbEndpoint;
  } catch {
    throw new CommandError(
      `${file} records no local run. Start one with npm start,\nor name a store with --endpoint URL or --aws.`,
    );
  }
}
