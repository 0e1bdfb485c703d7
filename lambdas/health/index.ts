import { readEnvironment } from '../../aws/environment.ts';
import { ledgerTable } from '../../tables/ledger.ts';
import { edge, openStore } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(['PURSER_TABLE_PREFIX', 'PURSER_ENVIRONMENT']);
const db = openStore(settings.PURSER_TABLE_PREFIX);
const readLedger = () => db.get({ table: ledgerTable.name, key: { pk: 'health', sk: 'health' } });

export const handler = createHandler({
  ...edge,
  environment: settings.PURSER_ENVIRONMENT,
  checks: [{ name: 'ledger', run: readLedger }],
});
