import type { Call } from '../../domain/access/caller.ts';
import { builtInCatalog } from '../../domain/catalog/built-in-models.ts';
import { type CatalogModel, createCatalog } from '../../domain/catalog/model.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ModelStore } from '../../tables/models.ts';
import { invalidField } from '../errors.ts';

export type SetModelDeps = {
  models: Pick<ModelStore, 'list' | 'replacement'>;
  audit: Pick<AuditLog, 'change'>;
};

const REQUIRED = ['provider', 'family', 'contextTokens', 'maxOutputTokens'] as const;

/**
 * Adds a model to an organization's catalog, or describes one that ships with Purser differently, and
 * records who did it. Facts that are left out stay as they ship; the organization's earlier entry is
 * replaced.
 * @throws ServiceError `invalid-request` that names the fact which is missing or contradicts others
 */
export async function setModel(
  { models, audit }: SetModelDeps,
  { organizationId, actor, nowMs }: Call,
  model: string,
  facts: Partial<CatalogModel>,
): Promise<CatalogModel> {
  const entry = entryOf(model, facts);
  const catalog = createCatalog(builtInCatalog.list(), await models.list(organizationId), [entry]);
  requireDowngrade(entry, (name) => catalog.get(name) !== undefined);
  await audit.change(async () => {
    const { before, write } = await models.replacement(organizationId, entry);
    const change = {
      organizationId,
      actor,
      action: 'model.put',
      target: modelStem(model),
      ...(before ? { before } : {}),
      after: entry,
      atMs: nowMs,
    };
    return { entries: [change], writes: [write] };
  });
  return entry;
}

function entryOf(model: string, facts: Partial<CatalogModel>): CatalogModel {
  const shipped = builtInCatalog.get(model);
  const described = {
    recommendable: false,
    ...shipped,
    ...facts,
    ...assumedIn(shipped, facts),
    model,
  };
  const { provider, family, contextTokens, maxOutputTokens } = described;
  if (
    provider === undefined ||
    family === undefined ||
    contextTokens === undefined ||
    maxOutputTokens === undefined
  ) {
    const missing = REQUIRED.find((name) => described[name] === undefined) ?? 'provider';
    throw invalidField(missing, 'is missing, because no catalog knows this model yet');
  }
  if (maxOutputTokens > contextTokens) {
    throw invalidField('maxOutputTokens', 'must be at most contextTokens');
  }
  const { legacyFromMs = 0, endsAtMs = Infinity } = described;
  if (endsAtMs < legacyFromMs) throw invalidField('endsAt', 'must not be before legacyFrom');
  return { ...described, provider, family, contextTokens, maxOutputTokens };
}

/** What stays assumed: all that ships as such and is not stated now. */
function assumedIn(
  shipped: CatalogModel | undefined,
  stated: Partial<CatalogModel>,
): Pick<CatalogModel, 'assumed'> {
  const assumed = shipped?.assumed?.filter((fact) => stated[fact] === undefined) ?? [];
  return { assumed: assumed.length > 0 ? assumed : undefined };
}

/** A cheaper model that no catalog knows would never be offered. */
function requireDowngrade(
  { model, downgradeTo }: CatalogModel,
  isKnown: (model: string) => boolean,
): void {
  if (downgradeTo === undefined) return;
  if (modelStem(downgradeTo) === modelStem(model)) {
    throw invalidField('downgradeTo', 'must be another model');
  }
  if (isKnown(downgradeTo)) return;
  throw invalidField('downgradeTo', 'is in no catalog; add it with PUT /v1/models/{model} first');
}
