import type { SentSettlement } from '../../contracts/reservations.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Call } from '../../domain/access/caller.ts';
import { type CallUsage, usageOf } from '../../domain/gateway/call-usage.ts';
import type { Delivery } from '../../domain/ledger/delivery.ts';
import type { CallStatus, FinishReason } from '../../domain/ledger/request-traits.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { closeByMemory, type MemoryDeps } from '../reservations/close-by-memory.ts';
import { readSettlement } from '../reservations/read-settlement.ts';
import {
  type SettleDeps,
  settleReservation,
  voidReservation,
} from '../reservations/settle-reservation.ts';

export type CloseCallDeps = SettleDeps & MemoryDeps & { telemetry: Telemetry; now: () => number };

/** Who served a call, and how long it took, if that says something about it. */
export type CallServer = {
  model: string;
  region: string | undefined;
  latencyMs: number | undefined;
};

/**
 * Settles a call at what it used. If that fails, the money stays held, and counts as spent when the
 * hold ends.
 * @returns the settled entry, or `undefined` if it could not be settled now
 */
export async function settleCall(
  deps: CloseCallDeps,
  call: Call,
  { entryId: reservationId }: Entry,
  {
    usage,
    server,
    delivery,
    finishReason,
  }: {
    usage: CallUsage;
    server: CallServer;
    delivery: Delivery | undefined;
    finishReason?: FinishReason | undefined;
  },
): Promise<Entry | undefined> {
  const nowMs = deps.now();
  const { model, region, latencyMs } = server;
  try {
    return await closeByMemory(
      deps,
      { ...call, reservationId, nowMs },
      async ({ entry, isRemembered }) => {
        const sent: SentSettlement = {
          ...('report' in usage
            ? { providerUsage: { ...usage.report } }
            : { usage: { ...usage.counts, cacheReadTokens: 0, cacheWriteTokens: 0 } }),
          ...(model === entry.model ? {} : { model }),
          ...(region === undefined ? {} : { region }),
          ...(latencyMs === undefined ? {} : { latencyMs }),
          ...(finishReason ? { finishReason } : { status: statusOf(delivery) }),
        };
        const settlement = { ...readSettlement(entry, sent), delivery };
        return settleReservation(deps, entry, settlement, { nowMs, by: call, isRemembered });
      },
    );
  } catch (error) {
    deps.telemetry.error('CALL_NOT_SETTLED', { reservationId, error });
    return undefined;
  }
}

/** Providers need not say why they stopped. */
const statusOf = (delivery: Delivery | undefined): CallStatus =>
  delivery === 'failed' ? 'failed' : 'completed';

/**
 * Settles a call whose provider gave no answer after it took the call: it may charge for it, and
 * nobody knows how much. The hold may be far more than that, so it is not presumed spent.
 */
export async function settleLostCall(
  deps: CloseCallDeps,
  call: Call,
  entry: Entry,
  server: CallServer,
): Promise<void> {
  const usage = usageOf({ outputCharacters: 0 }, entry.prediction);
  await settleCall(deps, call, entry, { usage, server, delivery: 'failed' });
}

/** Releases the money of a call that no provider served. If that fails, it is held until it ends. */
export async function releaseCall(deps: CloseCallDeps, entry: Entry): Promise<void> {
  const { organizationId, entryId: reservationId } = entry;
  const nowMs = deps.now();
  try {
    await closeByMemory(deps, { organizationId, reservationId, nowMs }, ({ entry: open }) =>
      voidReservation(deps, open, nowMs),
    );
  } catch (error) {
    deps.telemetry.error('CALL_NOT_RELEASED', { reservationId, error });
  }
}
