import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDynamoDb } from '../aws/dynamodb.ts';
import { localEndpoint } from '../aws/local-endpoint.ts';
import { signedIn } from '../aws/signed-in.ts';
import { RETENTION_DAYS, stores } from '../composition/stores.ts';
import { formatUsd } from '../domain/money.ts';
import { checkLedger, retainedFrom } from '../services/budgets/check-ledger.ts';
import { requireNode24 } from './require-node.ts';

const HELP = `Proves from the ledger's tables that every balance adds up.

  npm run ledger:check -- [options]

  --data-dir DIR   folder of the local run   [PURSER_DATA_DIR or .purser]
  --endpoint URL   any DynamoDB endpoint     [that of the local run]
  --aws            the tables of the AWS account that is signed in
  --prefix NAME    prefix of the tables      [purser-dev-]
  --from DATE      first period to check: of earlier ones, entries may be gone
                   with their retention      [368 days ago]
  --json           print the figures as JSON

In every balance: limit = headroom + reserved + settled + lent; lent is what
wallets have idle, held and spent; reserved, there and in wallets, are its open
reservations; settled is what its entries charge. Exit code 1 when broken.`;

requireNode24();
const { values: options } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: process.env['PURSER_DATA_DIR'] ?? '.purser' },
    endpoint: { type: 'string' },
    aws: { type: 'boolean', default: false },
    prefix: { type: 'string', default: 'purser-dev-' },
    from: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const endpoint = options.aws ? undefined : (options.endpoint ?? runningEndpoint());
const db = createDynamoDb({
  tablePrefix: options.prefix,
  client: endpoint ? localEndpoint(endpoint) : signedIn(),
});
const from = options.from ?? retainedFrom(Date.now(), RETENTION_DAYS);
const { ledger } = stores(db);
const report = await checkLedger(ledger, from, (items) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${items} items read`);
});
if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
print();
process.exitCode = report.violations.length > 0 ? 1 : 0;

function print(): void {
  if (options.json) {
    const text = (_: string, value: unknown): unknown =>
      typeof value === 'bigint'
        ? formatUsd(value)
        : value instanceof Map
          ? Object.fromEntries(value)
          : value;
    console.log(JSON.stringify(report, text, 2));
    return;
  }
  console.log(`balances          ${report.balances}`);
  console.log(`entries           ${report.entries}`);
  console.log(`wallets           ${report.wallets}`);
  console.log(`idle in wallets   ${formatUsd(report.idleNanoUsd)} USD over all balances`);
  console.log(`open reservations ${report.openReservations}`);
  console.log(`reserved          ${formatUsd(report.reservedNanoUsd)} USD`);
  for (const [organizationId, charged] of report.chargedNanoUsd) {
    console.log(`charged           ${formatUsd(charged)} USD  ${organizationId}`);
  }
  console.log(`above limits      ${formatUsd(report.overageNanoUsd)} USD`);
  for (const { organizationId, balance, message } of report.violations) {
    console.log(`VIOLATION ${organizationId} ${balance}: ${message}`);
  }
  console.log(
    report.violations.length === 0
      ? 'The ledger is correct: every balance adds up to the nano-dollar.'
      : `The ledger is BROKEN in ${report.violations.length} places.`,
  );
}

/** Reads the store's address from the local run's folder. */
function runningEndpoint(): string {
  const file = join(options['data-dir'], 'running.json');
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { dynamoDbEndpoint: string })
      .dynamoDbEndpoint;
  } catch {
    console.error(`${file} records no local run. Start one with npm start,`);
    console.error('or name a store with --endpoint URL or --aws.');
    process.exit(2);
  }
}
