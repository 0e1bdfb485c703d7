import type { DeliveryDeps } from '../services/alerts/deliver-alert.ts';
import { createAlertSender, type WaysOut } from '../services/alerts/send-alert.ts';
import type { TellingDeps } from '../services/alerts/tell-breaches.ts';
import { createAlertAllowanceStore } from '../tables/alert-allowances.ts';
import { createAlertDeliveryStore } from '../tables/alert-deliveries.ts';
import { createAlertingConfigStore } from '../tables/alerting-config.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createThresholdBreachStore } from '../tables/threshold-breaches.ts';
import { usageStore } from './usage-stores.ts';
import { nameReading } from './display-names.ts';
import type { World } from './world.ts';

type Needs = Pick<World, 'now' | 'telemetry'> & { ways: Omit<WaysOut, 'now'> };

/** Delivers alerts to people through the given services. */
export const deliveryServices = (db: DynamoDb, { now, telemetry, ways }: Needs): DeliveryDeps => ({
  preferences: createAlertingConfigStore(db),
  deliveries: createAlertDeliveryStore(db),
  allowances: createAlertAllowanceStore(db),
  send: createAlertSender({ ...ways, now }),
  telemetry,
  now,
});

/** Puts events on the bus, each once. */
export const eventServices = (db: DynamoDb, { now, telemetry }: Omit<Needs, 'ways'>) => ({
  deliveries: createAlertDeliveryStore(db),
  telemetry,
  now,
});

/** Tells people of breaches that reviews raised. */
export const tellingServices = (
  db: DynamoDb,
  world: Pick<World, 'now' | 'telemetry' | 'alerts' | 'entryShards'>,
): TellingDeps => ({
  ...nameReading(db, world),
  deliveries: createAlertDeliveryStore(db),
  breaches: createThresholdBreachStore(db),
  controls: createControlStore(db),
  budgets: createBudgetStore(db),
  usage: usageStore(db, world),
  preferences: createAlertingConfigStore(db),
  telemetry: world.telemetry,
  alerts: world.alerts,
  now: world.now,
});
