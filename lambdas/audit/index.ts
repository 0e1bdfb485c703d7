import { readEnvironment } from '../../aws/environment.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { audit as auditFunction } from './function.ts';
import { createHandler } from './handler.ts';

const db = openStore(readEnvironment(auditFunction).PURSER_TABLE_PREFIX);

export const handler = createHandler({ ...edge, audit: createAuditLog(db) });
