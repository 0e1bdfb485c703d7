import { recountServices } from '../../composition/reporting.ts';
import { RETENTION_DAYS } from '../../composition/stores.ts';
import { SILENT } from '../../composition/world.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** Days whose usage records are complete: on the last two, records begin to expire. */
export const KNOWN_DAYS = RETENTION_DAYS - 2;

/** Everything that commands need to count the ledger's entries again. They print what they find. */
export const recountingOn = (db: DynamoDb) =>
  recountServices(db, { telemetry: SILENT, retentionDays: RETENTION_DAYS, now: Date.now });
