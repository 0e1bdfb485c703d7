import { ledgerServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { checkLedger } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(checkLedger);
const retentionDays = settings.PURSER_RETENTION_DAYS;
const { ledger } = ledgerServices(db, { retentionDays });

export const handler = createHandler({ ...world, ledger, retentionDays });
