import { recountServices } from '../../composition/reporting.ts';
import { RETENTION_DAYS } from '../../composition/stores.ts';
import { SILENT } from '../../composition/world.ts';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import type { EntryStorage } from '../../tables/ledger/entry-storage.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

/** Days with complete usage records; records of the oldest two days begin to expire. */
export const KNOWN_DAYS = RETENTION_DAYS - 2;

/** Where the environment with these tables stores its entries. */
export const storageOf = (prefix: string): EntryStorage => {
  const environment = ENVIRONMENTS.find((name) => configFor(name).prefix === prefix);
  const entryShards = environment === undefined ? [] : configFor(environment).entryShards;
  return { retentionDays: RETENTION_DAYS, entryShards };
};

/** Everything that commands need to recount the ledger's entries. They print the results. */
export const recountingOn = (db: DynamoDb, prefix: string) =>
  recountServices(db, { telemetry: SILENT, ...storageOf(prefix), now: Date.now });
