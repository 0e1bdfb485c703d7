import { readEnvironment } from '../../aws/environment.ts';
import { ledgerTable } from '../../tables/ledger-table.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { health as healthFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(healthFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const readLedger = () => db.get({ table: ledgerTable.name, key: { pk: 'health', sk: 'health' } });

export const handler = createHandler({
  ...edge,
  environment: settings.PURSER_ENVIRONMENT,
  checks: [{ name: 'ledger', run: readLedger }],
});
