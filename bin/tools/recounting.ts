import { recountServices } from '../../composition/reporting.ts';
import { RETENTION_DAYS } from '../../composition/stores.ts';
import { SILENT } from '../../composition/world.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** Days with complete usage records; records of the oldest two days begin to expire. */
export const KNOWN_DAYS = RETENTION_DAYS - 2;

/** Everything that commands need to recount the ledger's entries. They print the results. */
export const recountingOn = (db: DynamoDb) =>
  recountServices(db, { telemetry: SILENT, retentionDays: RETENTION_DAYS, now: Date.now });
