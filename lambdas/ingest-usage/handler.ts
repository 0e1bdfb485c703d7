import { type UsageEvent, usageEvent, usageRoutes as routes } from '../../contracts/usage.ts';
import { withModel } from '../../domain/naming/model-names.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { ModelNames } from '../../services/catalog/model-names.ts';
import type { FieldError } from '../../services/errors.ts';
import {
  chargeUsage,
  type ChargeDeps,
  type RejectedEvent,
} from '../../services/reservations/charge-usage.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { backDateHoursOf, type Caller } from '../../domain/access/caller.ts';
import { requireMayActFor } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { namedRequest } from '../edge/naming.ts';
import { parsePart } from '../edge/parse-request.ts';
import { problemOfError } from '../edge/problem-of-error.ts';

const HOUR_MS = 3_600_000;
const FUTURE_MS = 600_000;

/** POST /v1/usage. Events are independent: a bad one is reported and the others count. */
export const createHandler = (
  deps: Edge & ChargeDeps & { rateCards: Pick<RateCardStore, 'getMany'>; names: ModelNames },
) =>
  createHttpHandler(deps, [
    endpoint(routes.ingestUsage, async ({ body, caller, nowMs, call }) => {
      const valid: { index: number; event: UsageEvent }[] = [];
      const rejected: RejectedEvent[] = [];
      for (const [index, item] of body.events.entries()) {
        const checked = check(item, caller, nowMs);
        if ('event' in checked) valid.push({ index, event: checked.event });
        else rejected.push({ index, ...checked });
      }
      const named = await underModels(deps, caller.organizationId, valid);
      const models = [...new Set(named.map(({ event }) => event.model))];
      const cards = await deps.rateCards.getMany(caller.organizationId, models);
      const outcome = await chargeUsage(deps, call, named, (event) =>
        priceOf(event, cards.get(event.model)),
      );
      const unpriced = outcome.rejected.filter(
        ({ code, field }) => code !== 'conflict' && ['model', 'serviceTier'].includes(field),
      );
      if (unpriced.length > 0) deps.telemetry.metric('UnknownPrices', unpriced.length);
      const all = [...rejected, ...outcome.rejected].toSorted((a, b) => a.index - b.index);
      return { status: 200, body: { ...outcome, rejected: all } };
    }),
  ]);

/** Events with the models that their names stood for when they occurred. */
async function underModels(
  { names }: { names: ModelNames },
  organizationId: string,
  events: { index: number; event: UsageEvent }[],
): Promise<{ index: number; event: UsageEvent }[]> {
  const modelOf = await names.read(
    organizationId,
    events.map(({ event }) => event.model),
  );
  return events.map(({ index, event }) => ({
    index,
    event: withModel(event, (name) => modelOf(name, event.at)),
  }));
}

function check(item: unknown, caller: Caller, nowMs: number): { event: UsageEvent } | FieldError {
  try {
    const event = namedRequest(caller, parsePart(usageEvent, item, 'body'));
    requireMayActFor(caller, event);
    if (event.at > nowMs + FUTURE_MS) return { field: 'at', message: 'is in the future' };
    const hours = backDateHoursOf(caller);
    if (event.at < nowMs - hours * HOUR_MS) {
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

function priceOf(
  { model, region, serviceTier: tier, at }: UsageEvent,
  overrides?: RateCard[],
): Rate | FieldError {
  const resolved = resolveRate({ model, region, tier, atMs: at, overrides });
  if (resolved.ok) return resolved.rate;
  const field = resolved.reason === `no-${tier}-price` ? 'serviceTier' : 'model';
  return { field, message: whyUnpriced(model, resolved, at) };
}
