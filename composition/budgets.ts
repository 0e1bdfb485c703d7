import { createBudgetRules } from '../services/budgets/budget-rules.ts';
import { createBudgetAdjuster } from '../services/budgets/budget-adjuster.ts';
import { createBudgetManager } from '../services/budgets/manage-budgets.ts';
import { createModelNames } from '../services/catalog/model-names.ts';
import { createBudgetCheck } from '../services/members/check-budgets.ts';
import { createThresholdManager } from '../services/controls/manage-thresholds.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createOverrideRequestStore } from '../tables/ledger/override-requests.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { applyingLimit } from './applying-limit.ts';
import { nameReading } from './display-names.ts';
import { changeServices } from './changes.ts';
import { placingServices } from './members.ts';
import { analyticsStore } from './usage-stores.ts';
import { type World, WITHOUT_ENTRIES } from './world.ts';

/** Manages budgets and the thresholds set with them. */
export function budgetServices(
  db: DynamoDb,
  world: Pick<World, 'telemetry' | 'now' | 'alerts' | 'entryShards'>,
) {
  const changes = changeServices(db, world);
  const analytics = analyticsStore(db, world);
  const books = createBudgetStore(db);
  const room = {
    // Setting a limit moves money between wallets but writes no entry that could expire.
    wallets: createWalletStore(db, WITHOUT_ENTRIES),
    telemetry: world.telemetry,
  };
  return {
    ...changes,
    ...nameReading(db, world),
    analytics,
    ...placingServices(db, world),
    rules: createBudgetRules({
      settings: createReportSettingsStore(db),
      defaults: createMemberDefaultsStore(db),
      now: world.now,
    }),
    names: createModelNames(createRateCardStore(db), world.now),
    budgets: createBudgetManager({ ...room, budgets: books, audit: changes.audit }),
    applying: applyingLimit(db),
    check: createBudgetCheck({ ...room, books }),
    adjustments: createBudgetAdjuster({
      ...room,
      budgets: books,
      audit: changes.audit,
      requests: createOverrideRequestStore(db),
      alerts: world.alerts,
    }),
    thresholds: createThresholdManager({
      thresholds: createCostThresholdStore(db),
      defaults: createMemberDefaultsStore(db),
      budgets: createBudgetStore(db),
      analytics,
      audit: changes.audit,
    }),
  };
}
