import { readEnvironment } from '../../aws/environment.ts';
import { analyticsCacheTable } from '../../tables/analytics-cache.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { health as healthFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(healthFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
/** Into a table in which nothing is lost: a public function must not be able to change the ledger. */
const writeMark = () =>
  db.write({
    kind: 'put',
    table: analyticsCacheTable.name,
    item: { pk: 'health', sk: 'health', ttl: Math.floor(edge.now() / 1_000) + 3_600 },
  });
const readLedger = () => db.get({ table: ledgerTable.name, key: { pk: 'health', sk: 'health' } });

export const handler = createHandler({
  ...edge,
  environment: settings.PURSER_ENVIRONMENT,
  checks: [
    { name: 'ledger', run: readLedger },
    { name: 'writes', run: writeMark },
  ],
});
