import { createAlertPreferencesManager } from '../services/alerts/manage-alert-preferences.ts';
import type { BreachQueue } from '../services/alerts/breach-queue.ts';
import { createModelNames } from '../services/catalog/model-names.ts';
import { createThresholdManager } from '../services/controls/manage-thresholds.ts';
import { createAlertAllowanceStore } from '../tables/alert-allowances.ts';
import { createAlertingConfigStore } from '../tables/alerting-config.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import { createControlActionStore } from '../tables/control-actions.ts';
import { createCostMonitoringStore } from '../tables/cost-monitoring.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { createRateCardStore } from '../tables/rate-cards.ts';
import { createReportSettingsStore } from '../tables/report-settings.ts';
import { createThresholdBreachStore } from '../tables/threshold-breaches.ts';
import { createSpenderNewsStore } from '../tables/spender-news.ts';
import { createUsagePatternStore } from '../tables/usage-patterns.ts';
import { nameReading } from './display-names.ts';
import { changeServices } from './changes.ts';
import { analyticsStore, usageStore } from './usage-stores.ts';
import { type World, WITHOUT_ENTRIES } from './world.ts';

type Needs = Pick<World, 'now' | 'telemetry' | 'alerts'>;

/** Applies, shows and reverses controls. */
export const controlServices = (db: DynamoDb, world: Needs) => ({
  ...changeServices(db, world),
  ...nameReading(db, world),
  controls: createControlStore(db),
  actions: createControlActionStore(db),
  settings: createReportSettingsStore(db),
  names: createModelNames(createRateCardStore(db)),
  alerts: world.alerts,
});

/** Manages thresholds, alert preferences and recorded breaches. */
export function thresholdServices(db: DynamoDb, world: Needs & Pick<World, 'entryShards'>) {
  const changes = changeServices(db, world);
  return {
    ...changes,
    ...nameReading(db, world),
    thresholds: createThresholdManager({
      thresholds: createCostThresholdStore(db),
      defaults: createMemberDefaultsStore(db),
      budgets: createBudgetStore(db),
      analytics: analyticsStore(db, world),
      audit: changes.audit,
    }),
    preferences: createAlertPreferencesManager({
      preferences: createAlertingConfigStore(db),
      audit: changes.audit,
    }),
    settings: createReportSettingsStore(db),
    names: createModelNames(createRateCardStore(db)),
    breaches: createThresholdBreachStore(db),
    allowances: createAlertAllowanceStore(db),
    alerts: world.alerts,
  };
}

type ReviewNeeds = Needs & Pick<World, 'now' | 'entryShards'> & { breachQueue: BreachQueue };

/** Compares spend with thresholds, applies controls and raises breaches. */
export const reviewServices = (db: DynamoDb, world: ReviewNeeds) => ({
  ...nameReading(db, world),
  analytics: analyticsStore(db, world),
  budgets: createBudgetStore(db),
  // A review calls money back from wallets but writes no entry that could expire.
  wallets: createWalletStore(db, WITHOUT_ENTRIES),
  thresholds: createCostThresholdStore(db),
  defaults: createMemberDefaultsStore(db),
  breaches: createThresholdBreachStore(db),
  controls: createControlStore(db),
  audit: changeServices(db, world).audit,
  preferences: createAlertingConfigStore(db),
  telemetry: world.telemetry,
  alerts: world.alerts,
  breachQueue: world.breachQueue,
  now: world.now,
});

/** Reviews everything that changed and takes a snapshot of spend. */
export const monitorServices = (
  db: DynamoDb,
  world: ReviewNeeds & Pick<World, 'retentionDays'>,
) => ({
  ...reviewServices(db, world),
  monitoring: createCostMonitoringStore(db),
  patterns: createUsagePatternStore(db),
  spenders: createSpenderNewsStore(db),
  usage: usageStore(db, world),
  settings: createReportSettingsStore(db),
  retentionDays: world.retentionDays,
});
