import { createBudgetRules } from '../services/budgets/budget-rules.ts';
import { createControlsReader } from '../services/controls/controls-in-force.ts';
import { createConversations } from '../services/reservations/conversations.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { placingServices } from './members.ts';
import { predictionServices } from './prediction.ts';
import { type World, WITHOUT_ENTRIES } from './world.ts';

/** Selects models as reservations do, without a write. */
export const selectionServices = (db: DynamoDb, world: Pick<World, 'now' | 'telemetry'>) => ({
  ...predictionServices(db, world),
  ...placingServices(db, world),
  rules: createBudgetRules({
    settings: createReportSettingsStore(db),
    defaults: createMemberDefaultsStore(db),
    now: world.now,
  }),
  budgets: createBudgetStore(db),
  wallets: createWalletStore(db, WITHOUT_ENTRIES),
  controls: createControlsReader(createControlStore(db), world.now),
  // It settles nothing, so it knows no conversation.
  conversations: createConversations(),
});
