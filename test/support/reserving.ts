import { budgetServices } from '../../composition/budgets.ts';
import {
  reservationServices,
  settlementServices,
  sweepServices,
} from '../../composition/reservations.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { testWorld } from './world.ts';

export { HOLD_MS } from './world.ts';
export const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';

/** Everything for reserving and settling, on a real store. Records telemetry and alerts. */
export function reservingOn(db: DynamoDb, now: () => number = Date.now) {
  const world = testWorld(now);
  const { budgets, adjustments } = budgetServices(db, world);
  return {
    ...sweepServices(db, world),
    ...settlementServices(db, world),
    ...reservationServices(db, world),
    telemetry: world.telemetry,
    alerts: world.alerts,
    budgets,
    adjustments,
  };
}
