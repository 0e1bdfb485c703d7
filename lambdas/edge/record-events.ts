import { type SentEvent, usageEvent } from '../../contracts/usage.ts';
import { backDateHoursOf, type Call, type Caller } from '../../domain/access/caller.ts';
import { withModel } from '../../domain/naming/model-names.ts';
import type { ModelNames } from '../../services/catalog/model-names.ts';
import type { FieldError } from '../../services/errors.ts';
import {
  chargeUsage,
  type ChargeDeps,
  type ChargeOutcome,
  type RejectedEvent,
} from '../../services/reservations/charge-usage.ts';
import { priceEvents, type PriceEventsDeps } from '../../services/reservations/price-events.ts';
import { COST_NOT_ALLOWED, requireMayActFor } from './access.ts';
import type { Edge } from './http-handler.ts';
import { namedRequest } from './naming.ts';
import { parsePart } from './parse-request.ts';
import { problemOfError } from './problem-of-error.ts';
import { isUnreadUsage } from './report-problem.ts';

export type RecordEventsDeps = Pick<Edge, 'telemetry'> &
  ChargeDeps &
  PriceEventsDeps & { names: ModelNames };

const HOUR_MS = 3_600_000;
const FUTURE_MS = 600_000;

/**
 * Records usage events of one caller. Events are independent: a bad one is reported, by its index,
 * and the others count.
 */
export async function recordEvents(
  deps: RecordEventsDeps,
  call: Caller & Call,
  events: readonly unknown[],
): Promise<ChargeOutcome> {
  const valid: { index: number; event: SentEvent }[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [index, item] of events.entries()) {
    const checked = check(item, call);
    if ('event' in checked) valid.push({ index, event: checked.event });
    else rejected.push({ index, ...checked });
  }
  const named = await underModels(deps, call.organizationId, valid);
  const mayStateCost = call.mayStateCost !== false;
  const priced = await priceEvents(deps, { ...call, mayStateCost }, named);
  const outcome = await chargeUsage(deps, call, priced.events, priced.costOf);
  const unpriced = priced.rejected.map(({ index, field, message }) => ({ index, field, message }));
  countRefusals(deps, rejected, priced.rejected);
  const all = [...rejected, ...unpriced, ...outcome.rejected].toSorted((a, b) => a.index - b.index);
  return { ...outcome, rejected: all };
}

/** Counts what operators have to mend: a price that is missing, or usage in an unknown form. */
function countRefusals(
  { telemetry }: Pick<Edge, 'telemetry'>,
  invalid: readonly RejectedEvent[],
  refused: Awaited<ReturnType<typeof priceEvents>>['rejected'],
): void {
  const unpriced = refused.filter(({ cause }) => cause === 'no-price').length;
  const unread =
    refused.length - unpriced + invalid.filter(({ field }) => isUnreadUsage(field)).length;
  if (unpriced > 0) telemetry.metric('UnknownPrices', unpriced);
  if (unread > 0) telemetry.metric('UnreadUsage', unread);
}

/** Events with the models that their names stood for when they occurred. */
async function underModels(
  { names }: { names: ModelNames },
  organizationId: string,
  events: { index: number; event: SentEvent }[],
): Promise<{ index: number; event: SentEvent }[]> {
  const modelOf = await names.read(
    organizationId,
    events.map(({ event }) => event.model),
  );
  return events.map(({ index, event }) => ({
    index,
    event: withModel(event, (name) => modelOf(name, event.at)),
  }));
}

function check(item: unknown, caller: Caller & Call): { event: SentEvent } | FieldError {
  try {
    const event = namedRequest(caller, parsePart(usageEvent, item, 'body'));
    requireMayActFor(caller, event);
    if (event.actualCostUsd !== undefined && caller.mayStateCost === false) {
      return { field: 'actualCostUsd', message: COST_NOT_ALLOWED };
    }
    if (event.at > caller.nowMs + FUTURE_MS) return { field: 'at', message: 'is in the future' };
    const hours = backDateHoursOf(caller);
    if (event.at < caller.nowMs - hours * HOUR_MS) {
      const message = `is more than ${hours} hours ago, the limit for this key`;
      return { field: 'at', message };
    }
    return { event };
  } catch (error) {
    const [first] = problemOfError(error)?.errors ?? [];
    if (!first) throw error;
    return first;
  }
}
