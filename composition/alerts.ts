import type { DeliveryDeps } from '../services/alerts/deliver-alert.ts';
import { createAlertSender, type WaysOut } from '../services/alerts/send-alert.ts';
import { createAlertAllowanceStore } from '../tables/alert-allowances.ts';
import { createAlertDeliveryStore } from '../tables/alert-deliveries.ts';
import { createAlertingConfigStore } from '../tables/alerting-config.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
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
