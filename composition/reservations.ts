import { setTimeout } from 'node:timers/promises';
import { createBudgetRules } from '../services/budgets/budget-rules.ts';
import { createStandingsReader } from '../services/budgets/budget-standings.ts';
import { createControlsReader } from '../services/controls/controls-in-force.ts';
import { createModelNames } from '../services/catalog/model-names.ts';
import { createConversations } from '../services/reservations/conversations.ts';
import { createPromptHasher } from '../services/reservations/prompt-hashes.ts';
import { createPromptKeyStore } from '../tables/ledger/prompt-keys.ts';
import { createOpenEntries } from '../services/reservations/open-entries.ts';
import { createPriceModel } from '../services/reservations/price-model.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import { createAlertDeliveryStore } from '../tables/alert-deliveries.ts';
import { type CostBasis, DEFAULT_COST_BASIS } from '../domain/pricing/cost-basis.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createIdempotencyKeyStore } from '../tables/idempotency-keys.ts';
import { createAuditLog } from '../tables/audit-log/audit-log.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createConductStore } from '../tables/ledger/conduct.ts';
import { createDueStore } from '../tables/ledger/due-changes.ts';
import { createDisputeStore } from '../tables/ledger/disputes.ts';
import { createLedgerStore } from '../tables/ledger/ledger.ts';
import { createProofStore } from '../tables/ledger/proof-parts.ts';
import { createRunningSumStore } from '../tables/ledger/running-sums.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { createSuspenseStore } from '../tables/suspense-items.ts';
import { changeServices } from './changes.ts';
import { predictionState } from './prediction.ts';
import { placingServices } from './members.ts';
import { templateServices } from './prompts.ts';
import type { World } from './world.ts';

type Storage = Pick<World, 'retentionDays' | 'entryShards'>;
/** What reading budgets takes. */
type RoomWorld = Storage & Pick<World, 'now' | 'telemetry' | 'pause' | 'mostOpenRecords'>;

/** Reads budgets, and brings money home from wallets. */
const roomServices = (db: DynamoDb, world: RoomWorld) => ({
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, world),
  telemetry: world.telemetry,
  now: world.now,
  pause: world.pause,
  mostOpenRecords: world.mostOpenRecords,
});

/** Ledger entries and the wallets that hold their money. */
export const ledgerServices = (db: DynamoDb, world: Storage) => ({
  ledger: createLedgerStore(db, world),
  wallets: createWalletStore(db, world),
});

/** What proves the ledger. Its stream is not part of the store. */
export const ledgerCheckServices = (db: DynamoDb, world: Storage) => ({
  ...ledgerServices(db, world),
  sums: createRunningSumStore(db),
  proof: createProofStore(db),
  outbox: createAlertDeliveryStore(db),
  pause: (): Promise<void> => setTimeout(PAUSE_OF_CHECK_MS),
  retentionDays: world.retentionDays,
});

/** A stream shows a change less than a second after the write. */
const PAUSE_OF_CHECK_MS = 2_000;

/** Releases a reservation's money. */
export const voidServices = (db: DynamoDb, world: Storage) => ({
  ...ledgerServices(db, world),
  sentKeys: createIdempotencyKeyStore(db),
});

/** The budgets that apply to requests, and the rules that say which ones. */
function memberBudgets(db: DynamoDb, world: RoomWorld) {
  const budgets = createBudgetStore(db);
  return {
    ...placingServices(db, { now: world.now }),
    books: budgets,
    standings: createStandingsReader(roomServices(db, world)),
    rules: createBudgetRules({
      settings: createReportSettingsStore(db),
      defaults: createMemberDefaultsStore(db),
      now: world.now,
    }),
  };
}

/** Decides requests and holds their money. */
export const reservationServices = (db: DynamoDb, world: RoomWorld & Pick<World, 'holdMs'>) => ({
  ...ledgerServices(db, world),
  ...predictionState(db, world),
  ...memberBudgets(db, world),
  controls: createControlsReader(createControlStore(db), world.now),
  telemetry: world.telemetry,
  pause: world.pause,
  holdMs: world.holdMs,
  openEntries: createOpenEntries(),
  prompts: createPromptHasher(createPromptKeyStore(db), world),
  conversations: createConversations(),
  ...templateServices(db, world),
});

/** Opens and closes workflows. */
export const workflowServices = (db: DynamoDb, world: RoomWorld & Pick<World, 'holdMs'>) => ({
  ...reservationServices(db, world),
  rateCards: createRateCardStore(db),
  sentKeys: createIdempotencyKeyStore(db),
});

/** Settles reservations at the requests' actual usage, with the memory of `reservationServices`. */
export const settlementServices = (db: DynamoDb, world: RoomWorld & Pick<World, 'alerts'>) => ({
  ...ledgerServices(db, world),
  standings: createStandingsReader(roomServices(db, world)),
  sentKeys: createIdempotencyKeyStore(db),
  conduct: createConductStore(db),
  priceModel: createPriceModel(
    createRateCardStore(db),
    createModelNames(createRateCardStore(db), world.now),
  ),
  costBasis: costBasisIn(db),
  conversations: createConversations(),
  telemetry: world.telemetry,
  pause: world.pause,
  alerts: world.alerts,
});

/** Decides and settles requests with one memory of what is reserved. */
export const decisionServices = (
  db: DynamoDb,
  world: RoomWorld & Pick<World, 'alerts' | 'holdMs'>,
) => ({ ...settlementServices(db, world), ...reservationServices(db, world) });

/** What an organization books where a provider reports its own cost. Default: the price. */
const costBasisIn = (db: DynamoDb) => {
  const settings = createOrganizationSettingsStore(db);
  return async (organizationId: string): Promise<CostBasis> =>
    (await settings.costBasis.get(organizationId)) ?? DEFAULT_COST_BASIS;
};

/** Charges usage that had no reservation. */
export const chargeServices = (db: DynamoDb, world: RoomWorld & Pick<World, 'alerts'>) => ({
  ...ledgerServices(db, world),
  ...memberBudgets(db, world),
  sentKeys: createIdempotencyKeyStore(db),
  conduct: createConductStore(db),
  rateCards: createRateCardStore(db),
  names: createModelNames(createRateCardStore(db), world.now),
  costBasis: costBasisIn(db),
  telemetry: world.telemetry,
  pause: world.pause,
  alerts: world.alerts,
});

/** Corrects charges. */
export const correctionServices = (db: DynamoDb, world: Storage & Pick<World, 'telemetry'>) => ({
  ...changeServices(db, world),
  ledger: createLedgerStore(db, world),
});

/** Lists and resolves disputed charges. */
export const disputeServices = (db: DynamoDb, world: Storage & Pick<World, 'telemetry'>) => ({
  ...correctionServices(db, world),
  disputes: createDisputeStore(db),
  conduct: createConductStore(db),
});

/** Closes abandoned reservations and sets aside the ones that fail to close. */
export const sweepServices = (db: DynamoDb, world: Storage & Pick<World, 'telemetry'>) => ({
  ...ledgerServices(db, world),
  budgets: createBudgetStore(db),
  due: createDueStore(db),
  audit: createAuditLog(db, world.telemetry),
  suspense: createSuspenseStore(db),
});
