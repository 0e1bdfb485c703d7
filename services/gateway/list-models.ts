import type { CheckBody } from '../../contracts/budgets.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { Catalog, CatalogModel } from '../../domain/catalog/model.ts';
import { releaseDateMs } from '../../domain/catalog/release-date.ts';
import { SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import { remainingOf } from '../../domain/ledger/decide-reservation.ts';
import type { NanoUsd } from '../../domain/money.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { modelsMeant } from '../../domain/routing/meant-models.ts';
import { dearestOf, pricedEndpoints } from '../../domain/routing/dearest-endpoint.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { type CheckRequestDeps, checkModels } from '../members/check-request.ts';
import { listServed, type Served, type ServedReaders } from '../routing/list-served.ts';

export type ListModelsDeps = CheckRequestDeps & {
  served: ServedReaders;
  rateCards: Pick<RateCardStore, 'getMany'>;
};

/** A model that a caller can call now, apart from its budgets. */
export type ListedModel = {
  /** The name to send. */
  model: string;
  maker: string;
  releasedAtMs: number;
  /** What it costs this organization, where it costs the most. */
  rate: Rate;
  /** What is left in the tightest budget that applies to its calls; `undefined` if none does. */
  remainingNanoUsd: NanoUsd | undefined;
  /** What the catalog knows of it. */
  facts: CatalogModel | undefined;
};

/** Who would pay. */
export type ListingPayer = Omit<CheckBody, 'model' | 'estimatedCostUsd'>;

/** Which models are asked for: those that some APIs of the gateway can call, and who would pay. */
type ModelQuery = { payer: ListingPayer; apis: readonly ModelApi[] };

/**
 * The models that a caller can call, with what this organization pays and what is left for them.
 * Models without a price are left out, because their calls are refused.
 * @throws ServiceError `forbidden` if the directory does not admit the user
 */
export async function listModels(
  deps: ListModelsDeps,
  call: Call,
  { payer, apis }: ModelQuery,
): Promise<ListedModel[]> {
  const { all, catalog } = await readServed(deps, call, apis);
  const priced = await withPrices(deps, call, all);
  return withBudgets(deps, call, payer, { priced, catalog });
}

/**
 * One of these models by any name that a client may send, under that name. Prices and checks no
 * other.
 * @throws ServiceError `forbidden` if the directory does not admit the user
 */
export async function findModel(
  deps: ListModelsDeps,
  call: Call,
  { payer, apis }: ModelQuery,
  name: string,
): Promise<ListedModel | undefined> {
  const { all, catalog } = await readServed(deps, call, apis);
  const byName = new Map(all.map((served) => [served.model, served]));
  const meant = modelsMeant(name, [...byName.keys()], catalog);
  const served = meant.flatMap((model) => byName.get(model) ?? []);
  const [first] = served.length === 0 ? [] : await withPrices(deps, call, served);
  if (!first) return undefined;
  const [listed] = await withBudgets(deps, call, payer, { priced: [first], catalog });
  return listed && { ...listed, model: name };
}

async function readServed(
  { served }: ListModelsDeps,
  { organizationId }: Call,
  apis: readonly ModelApi[],
): Promise<{ all: Served[]; catalog: Catalog }> {
  const serving = [...new Set(apis.flatMap((api) => SERVING_APIS[api]))];
  const [all, catalog] = await Promise.all([
    listServed(served, organizationId, serving),
    served.catalog(organizationId),
  ]);
  return { all, catalog };
}

async function withBudgets(
  deps: ListModelsDeps,
  call: Call,
  payer: ListingPayer,
  { priced, catalog }: { priced: readonly Priced[]; catalog: Catalog },
): Promise<ListedModel[]> {
  const models = priced.map(({ model }) => model);
  const standingsOf = await checkModels(deps, call, payer, models);
  return priced.map(({ model, endpoint, rate }) => {
    const facts = catalog.get(model);
    return {
      model,
      maker: facts?.provider ?? endpoint.provider,
      releasedAtMs: releaseDateMs(model),
      rate,
      remainingNanoUsd: remainingOf(standingsOf(model)),
      facts,
    };
  });
}

type Priced = { model: string; endpoint: Endpoint; rate: Rate };

/** Each model with its dearest endpoint, whose price a reservation holds. */
async function withPrices(
  { rateCards }: ListModelsDeps,
  { organizationId, nowMs }: Call,
  all: readonly Served[],
): Promise<Priced[]> {
  const names = all.flatMap(({ endpoints }) => endpoints.map(({ model }) => model));
  const own = await rateCards.getMany(organizationId, [...new Set(names)]);
  const rateOf = ({ model, region }: Endpoint): Rate | undefined => {
    const price = resolveRate({ model, region, atMs: nowMs, overrides: own.get(model) });
    return price.ok ? price.rate : undefined;
  };
  return all.flatMap(({ model, endpoints }) => {
    const endpoint = dearestOf(pricedEndpoints(endpoints, rateOf));
    const rate = endpoint && rateOf(endpoint);
    return endpoint && rate ? [{ model, endpoint, rate }] : [];
  });
}
