import type { Catalog, CatalogModel } from '../../domain/catalog/model.ts';
import { SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import { formatUsd } from '../../domain/money.ts';
import { servedModel } from '../../domain/routing/served-model.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';

const OPENAI_APIS: readonly ModelApi[] = ['chat', 'responses', 'embeddings'];

const isServed = ({ apis = [] }: CatalogModel, routes: readonly ModelApi[]): boolean =>
  routes.some((api) => SERVING_APIS[api].some((serving) => apis.includes(serving)));

/** When a list must say since when a model exists and nobody knows. */
const UNKNOWN_SECONDS = 0;

/** Prices per million tokens, for people who choose a model. Absent if they are not known. */
function priceOf(model: string, nowMs: number): Record<string, string> {
  const price = resolveRate({ model, atMs: nowMs });
  if (!price.ok) return {};
  return {
    input_usd_per_million: formatUsd(price.rate.inputNanoUsdPerMillion),
    output_usd_per_million: formatUsd(price.rate.outputNanoUsdPerMillion),
  };
}

const openAiModel = ({ model, provider }: CatalogModel, nowMs: number) => ({
  id: model,
  object: 'model',
  created: UNKNOWN_SECONDS,
  owned_by: provider,
  ...priceOf(model, nowMs),
});

/** The list that OpenAI's clients read. */
export const openAiModels = (catalog: Catalog, nowMs: number) => ({
  object: 'list',
  data: catalog
    .list()
    .filter((entry) => isServed(entry, OPENAI_APIS))
    .map((entry) => openAiModel(entry, nowMs)),
});

/** One model as OpenAI's clients read it, by any name that they may send, or `undefined`. */
export function openAiModelNamed(catalog: Catalog, name: string, nowMs: number) {
  const served = servedModel(name, catalog);
  const entry = catalog.get(served.ok ? (served.services[0]?.model ?? name) : name);
  return entry && isServed(entry, OPENAI_APIS)
    ? { ...openAiModel(entry, nowMs), id: name }
    : undefined;
}

/** The list that Anthropic's clients read. */
export function anthropicModels(catalog: Catalog, limit: number) {
  const data = catalog
    .list()
    .filter((entry) => isServed(entry, ['messages']))
    .slice(0, limit)
    .map(({ model }) => ({
      type: 'model',
      id: model,
      display_name: model,
      created_at: new Date(UNKNOWN_SECONDS).toISOString(),
    }));
  return {
    data,
    has_more: false,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
