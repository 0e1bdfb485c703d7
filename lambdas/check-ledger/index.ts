import { createTableChanges } from '../../aws/table-changes.ts';
import { ledgerCheckServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { checkLedger } from './function.ts';
import { createHandler } from './handler.ts';

const { db, tablePrefix, settings, world } = openFunction(checkLedger);

export const handler = createHandler({
  ...world,
  ...ledgerCheckServices(db, { ...world, retentionDays: settings.PURSER_RETENTION_DAYS }),
  changes: createTableChanges({ tablePrefix }, 'ledger'),
});
