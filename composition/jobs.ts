import { createWholeStandings } from '../services/budgets/whole-standings.ts';
import type { JobQueue } from '../services/jobs/submit-job.ts';
import { createWakeJobs, type WakeJobs } from '../services/jobs/wake-jobs.ts';
import { createApiKeyStore } from '../tables/api-keys.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createIdempotencyKeyStore } from '../tables/idempotency-keys.ts';
import { createJobStore } from '../tables/jobs/jobs.ts';
import { createLedgerStore } from '../tables/ledger/ledger.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { gatewayServices } from './gateway.ts';
import { templateServices } from './prompts.ts';
import { selectionServices } from './selection.ts';
import type { World } from './world.ts';

type Needs = Pick<
  World,
  'now' | 'telemetry' | 'retentionDays' | 'entryShards' | 'pause' | 'holdMs'
>;

/** What tells the order of the queue, beside what prices requests. */
const queueServices = (
  db: DynamoDb,
  world: Needs,
  { budgets }: Pick<ReturnType<typeof selectionServices>, 'budgets'>,
) => ({
  jobs: createJobStore(db),
  whole: createWholeStandings({
    budgets,
    wallets: createWalletStore(db, world),
    telemetry: world.telemetry,
    pause: world.pause,
  }),
  holdMs: world.holdMs,
});

/** Queues work, and shows and cancels what waits. */
export function jobServices(db: DynamoDb, world: Needs) {
  const selection = selectionServices(db, world);
  return {
    ...selection,
    ...queueServices(db, world, selection),
    ...templateServices(db, world),
    ledger: createLedgerStore(db, world),
    sentKeys: createIdempotencyKeyStore(db),
  };
}

/** Queues what a function of the hot path refused, with what that function remembers. */
export const waitingServices = (
  db: DynamoDb,
  world: Needs,
  decisions: Parameters<typeof queueServices>[2],
) => ({ ...queueServices(db, world, decisions), rateCards: createRateCardStore(db) });

/** Wakes the jobs of an organization. */
export const wakingServices = (db: DynamoDb, { queue }: { queue: JobQueue }): WakeJobs =>
  createWakeJobs({ jobs: createJobStore(db), queue });

/** Starts and runs jobs. */
export function jobRunServices(
  db: DynamoDb,
  world: Needs & Parameters<typeof gatewayServices>[1],
  place: Parameters<typeof gatewayServices>[2],
) {
  const gateway = gatewayServices(db, world, place);
  return {
    ...gateway,
    ...queueServices(db, world, { budgets: gateway.books }),
    keys: createApiKeyStore(db),
    settings: createOrganizationSettingsStore(db),
  };
}
