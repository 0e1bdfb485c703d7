import type { CatalogModel } from '../domain/catalog/model.ts';
import { modelStem } from '../domain/pricing/model-id.ts';
import { flag, number, optional, orElse, text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { queryAll } from './query-all.ts';

/**
 * Models that an organization adds to the catalog or describes differently. Access patterns: all of
 * an organization's models (few), by query.
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

    /** Adds an entry, or replaces the one of the same model. */
    async put(organizationId: string, entry: CatalogModel): Promise<void> {
      await db.write({
        kind: 'put',
        table: modelsTable.name,
        item: { pk: organizationId, sk: modelStem(entry.model), ...modelCodec.encode(entry) },
      });
    },
  };
}
