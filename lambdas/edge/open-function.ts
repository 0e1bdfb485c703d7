import { readEnvironment } from '../../aws/environment.ts';
import type { EntryShards } from '../../domain/ledger/entry-shards.ts';
import { createQuotaKeeper, type QuotaKeeper } from '../../services/quotas/quota-keeper.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { createQuotaStore } from '../../tables/quotas.ts';
import { openStore } from './open-store.ts';
import { runtime } from './runtime.ts';

type Definition = Parameters<typeof readEnvironment>[0];

/**
 * What a function starts with: its validated settings, its environment's store, and the outside
 * world.
 * @throws Error naming every setting that is missing or invalid
 */
export function openFunction<const Opened extends Definition>(definition: Opened) {
  const settings = readEnvironment(definition);
  const tablePrefix = settings.PURSER_TABLE_PREFIX;
  const db = openStore(tablePrefix);
  const world = { ...runtime, quotas: quotasOn(db), entryShards: entryShardsOf(definition) };
  return { db, tablePrefix, settings, world };
}

const shardSettings = { name: 'entries', environment: ['PURSER_ENTRY_SHARDS'] } as const;

/** Every function that uses the ledger or usage has the setting; others need none. */
const entryShardsOf = ({ environment }: Definition): EntryShards =>
  environment?.includes('PURSER_ENTRY_SHARDS')
    ? readEnvironment(shardSettings).PURSER_ENTRY_SHARDS
    : [];

const quotaSettings = { name: 'quotas', environment: ['PURSER_REQUESTS_PER_SECOND'] } as const;

/**
 * Opened on the first request, because functions without routes have neither its setting nor its
 * table.
 */
function quotasOn(db: DynamoDb): QuotaKeeper {
  let keeper: QuotaKeeper | undefined;
  return {
    admit(caller, routeClass) {
      keeper ??= createQuotaKeeper({
        store: createQuotaStore(db),
        telemetry: runtime.telemetry,
        now: runtime.now,
        capacityPerSecond: readEnvironment(quotaSettings).PURSER_REQUESTS_PER_SECOND,
      });
      return keeper.admit(caller, routeClass);
    },
  };
}
