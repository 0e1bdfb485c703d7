import { readEnvironment } from '../../aws/environment.ts';
import { systemClock } from '../../aws/system-clock.ts';
import { telemetry } from '../../aws/telemetry.ts';
import { traceMiddleware } from '../../aws/tracing.ts';
import { createQuotaKeeper, type QuotaKeeper } from '../../services/quotas/quota-keeper.ts';
import { createQuotaStore } from '../../tables/quotas.ts';
import type { Edge } from './http-handler.ts';
import { openStore } from './open-store.ts';

const quotaSettings = { name: 'edge', environment: ['PURSER_REQUESTS_PER_SECOND'] } as const;

let keeper: QuotaKeeper | undefined;

/** Made at the first request: functions that serve no route need neither its settings nor its table. */
const quotas: QuotaKeeper = {
  admit(caller, routeClass) {
    keeper ??= openQuotas();
    return keeper.admit(caller, routeClass);
  },
};

function openQuotas(): QuotaKeeper {
  const settings = readEnvironment(quotaSettings);
  return createQuotaKeeper({
    store: createQuotaStore(openStore(settings.PURSER_TABLE_PREFIX)),
    telemetry,
    now: systemClock,
    capacityPerSecond: settings.PURSER_REQUESTS_PER_SECOND,
  });
}

/** The world as every HTTP function meets it. */
export const edge: Edge = { now: systemClock, telemetry, trace: traceMiddleware, quotas };
