import { readEnvironment } from '../../aws/environment.ts';
import { createBudgetManager } from '../../services/manage-budgets.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { edge, openStore } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(['PURSER_TABLE_PREFIX']);
const db = openStore(PURSER_TABLE_PREFIX);
const budgets = createBudgetManager({ budgets: createBudgetStore(db), audit: createAuditLog(db) });

export const handler = createHandler({ ...edge, budgets });
