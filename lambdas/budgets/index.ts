import { readEnvironment } from '../../aws/environment.ts';
import { createBudgetManager } from '../../services/manage-budgets.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { createBudgetStore } from '../../tables/ledger-budgets.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { budgets as budgetsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(budgetsFunction);
const db = openStore(PURSER_TABLE_PREFIX);
const budgets = createBudgetManager({ budgets: createBudgetStore(db), audit: createAuditLog(db) });

export const handler = createHandler({ ...edge, budgets });
