import type {
  AssumableFact,
  Capability,
  CatalogModel,
  TaskQuality,
} from '../domain/catalog/model.ts';
import type { ModelApi } from '../domain/gateway/wire-format.ts';
import { modelStem } from '../domain/pricing/model-id.ts';
import { flag, json, number, optional, orElse, text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * Models that an organization adds to the catalog or describes differently. Access patterns: all of
 * an organization's models (few), by query; one model, to replace it.
 */
export const modelsTable = defineTable({
  name: 'models',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

export const modelCodec = itemCodec(modelsTable, 'model', {
  model: text,
  provider: text,
  family: text,
  contextTokens: number,
  maxOutputTokens: number,
  quality: optional(number),
  latencyMs: optional(number),
  downgradeTo: optional(text),
  recommendable: orElse(optional(flag), false),
  qualityUncertainty: optional(number),
  qualitySource: optional(text),
  taskQualities: optional(json<readonly TaskQuality[]>()),
  specialization: optional(text),
  performanceScore: optional(number),
  apis: optional(json<readonly ModelApi[]>()),
  capabilities: optional(json<readonly Capability[]>()),
  regions: optional(json<readonly string[]>()),
  assumed: optional(json<readonly AssumableFact[]>()),
  legacyFromMs: optional(number),
  endsAtMs: optional(number),
});

export type ModelStore = ReturnType<typeof createModelStore>;

export function createModelStore(db: DynamoDb) {
  return {
    /** Every entry of an organization. */
    async list(organizationId: string): Promise<CatalogModel[]> {
      const items = await queryAll(db, {
        table: modelsTable.name,
        condition: 'pk = :pk',
        values: { ':pk': organizationId },
      });
      return items.map((item) => modelCodec.decode(item));
    },

    /** The entry of the same model, and the write that replaces it or adds one. */
    async replacement(
      organizationId: string,
      entry: CatalogModel,
    ): Promise<Replacement<CatalogModel>> {
      const key = { pk: organizationId, sk: modelStem(entry.model) };
      const { before, write } = await replacementOf(db, modelsTable.name, key, () =>
        modelCodec.encode(entry),
      );
      return { before: before && modelCodec.decode(before), write };
    },
  };
}
