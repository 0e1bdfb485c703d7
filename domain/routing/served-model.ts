import type { Catalog } from '../catalog/model.ts';
import { providerFactsOf } from '../catalog/provider-facts.ts';
import type { ModelApi } from '../gateway/wire-format.ts';
import { builtInCards } from '../pricing/built-in-cards.ts';
import { modelStem, opaqueName, parseModelId } from '../pricing/model-id.ts';
import { BEDROCK, type ProviderAddress } from './endpoint.ts';
import { nearNames } from './near-names.ts';
import type { Provider } from './provider.ts';

/** A provider that serves a model, before regions are chosen. */
export type Service = {
  provider: string;
  model: string;
  upstreamModel: string;
  apis: readonly ModelApi[];
  /** The only places that serve it. Absent: every region, or the one place of an own provider. */
  regions?: readonly string[] | undefined;
  address?: ProviderAddress | undefined;
  toolTypes?: readonly string[] | undefined;
};

/** Who serves a name, the organization's own providers first; or names that resemble it. */
export type ServedModel =
  { ok: true; services: readonly Service[] } | { ok: false; near: readonly string[] };

/** Models on Amazon Bedrock have their maker's name in front: `anthropic.claude-…`. */
const MAKER = /^[a-z0-9]+\.(?=[a-z])/;
const DATE = /20\d{6}/;

/**
 * Which providers serve a model, by any name that clients send: a maker's name with or without its
 * date (`claude-sonnet-4-5`), an id of Amazon Bedrock, with an inference profile or as an ARN, or the
 * name of an organization's own model. A date is taken at its word: no other version is served.
 */
export function servedModel(
  name: string,
  catalog: Catalog,
  providers: readonly Provider[] = [],
): ServedModel {
  const bedrock = bedrockService(name, catalog);
  const services = [
    ...providers.flatMap((provider) => ownServices(name, bedrock?.model ?? name, provider)),
    ...(bedrock ? [bedrock] : []),
  ];
  if (services.length > 0) return { ok: true, services };
  const own = providers.flatMap(({ models }) => models.map(({ model }) => model));
  const models = catalog.list().map(({ model }) => model);
  const onBedrock = models.filter((model) => bedrockService(model, catalog) !== undefined);
  return { ok: false, near: nearNames(name, [...own, ...onBedrock]) };
}

/** The services of a provider that serves the name itself, or the model that it stands for. */
const ownServices = (name: string, model: string, provider: Provider): Service[] =>
  provider.models
    .filter((own) => own.model === name || modelStem(own.model) === modelStem(model))
    .map((own) => ({
      provider: provider.name,
      model: own.model,
      upstreamModel: own.upstreamModel ?? own.model,
      apis: own.apis,
      address: provider.address,
      toolTypes: provider.toolTypes,
      ...(provider.regions.length > 0 ? { regions: provider.regions } : {}),
    }));

function bedrockService(name: string, catalog: Catalog): Service | undefined {
  if (opaqueName(name) !== undefined) {
    const region = /^arn:[^:]*:bedrock:([a-z0-9-]+):/.exec(name)?.[1];
    return { ...bedrockAs(name), regions: region === undefined ? undefined : [region] };
  }
  const { profile, region } = parseModelId(name);
  const model = bedrockIdOf(name, catalog);
  if (model === undefined) return undefined;
  const facts = { ...providerFactsOf(model), ...catalog.get(model) };
  return {
    ...bedrockAs(profile === undefined ? model : `${profile}.${model}`),
    ...(facts.apis ? { apis: facts.apis } : {}),
    regions: region === undefined ? facts.regions : [region],
  };
}

/** A model on Amazon Bedrock, with the APIs that it has as long as nothing else is known. */
const bedrockAs = (model: string): Service => ({
  provider: BEDROCK,
  model,
  upstreamModel: model,
  apis: ['converse', 'invoke'],
});

/** The full id of a model on Amazon Bedrock, without a profile; `undefined` if the name means none. */
export function bedrockIdOf(name: string, catalog: Catalog): string | undefined {
  const { model } = parseModelId(name);
  const stem = modelStem(name);
  if (MAKER.test(stem)) {
    const entry = catalog.get(stem);
    if (!entry && !builtInCards.has(stem)) return undefined;
    return model === stem ? (entry?.model ?? model) : model;
  }
  const bedrockModel = makersNamesOf(catalog).get(stem);
  const date = DATE.exec(model)?.[0];
  return date === undefined || bedrockModel?.includes(date) ? bedrockModel : undefined;
}

/** The models on Amazon Bedrock by the stems of their makers' own names for them. */
function makersNamesOf(catalog: Catalog): ReadonlyMap<string, string> {
  const remembered = MAKERS_NAMES.get(catalog);
  if (remembered) return remembered;
  const names = new Map<string, string>();
  for (const { model } of catalog.list()) {
    const stem = modelStem(model);
    if (!MAKER.test(stem)) continue;
    const makers = stem.replace(MAKER, '');
    // `gpt-oss-120b-1` on Bedrock; Anthropic also calls `claude-sonnet-4` `claude-sonnet-4-0`.
    for (const name of [makers, makers.replace(/(?<=^gpt-oss.*)-1$/, ''), `${makers}-0`]) {
      if (!names.has(name)) names.set(name, model);
    }
  }
  MAKERS_NAMES.set(catalog, names);
  return names;
}

/** Catalogs never change, and every request asks. */
const MAKERS_NAMES = new WeakMap<Catalog, ReadonlyMap<string, string>>();
