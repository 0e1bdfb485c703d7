import { apiKeysTable } from './api-keys.ts';
import { auditLogTable } from './audit-log.ts';
import type { TableDefinition } from './definition.ts';
import { ledgerTable } from './ledger.ts';
import type { TableName } from './table-names.ts';

/** Every table by its name: what CDK creates and what tests create. */
export const TABLE_DEFINITIONS: Partial<Record<TableName, TableDefinition>> = {
  ledger: ledgerTable,
  'api-keys': apiKeysTable,
  'audit-log': auditLogTable,
};
