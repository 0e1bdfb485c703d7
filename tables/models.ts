import type { CatalogModel } from '../domain/catalog/model.ts';
import { modelStem } from '../domain/pricing/model-id.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';

/**
 * Models that an organization adds to the catalogue, or describes differently. Access patterns: all
 * of one organization (few), by query.
 */
export const modelsTable = defineTable({
  name: 'models',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
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
      return items.map(parse);
    },

    /** Adds an entry, or replaces that of the same model. */
    async put(organizationId: string, entry: CatalogModel): Promise<void> {
      await db.write({
        kind: 'put',
        table: modelsTable.name,
        item: { pk: organizationId, sk: modelStem(entry.model), ...entry },
      });
    },
  };
}

const parse = (item: Item): CatalogModel => ({
  model: String(item['model']),
  provider: String(item['provider']),
  family: String(item['family']),
  contextTokens: Number(item['contextTokens']),
  maxOutputTokens: Number(item['maxOutputTokens']),
  quality: optionalNumber(item['quality']),
  latencyMs: optionalNumber(item['latencyMs']),
  downgradeTo: item['downgradeTo'] === undefined ? undefined : String(item['downgradeTo']),
  recommendable: item['recommendable'] === true,
});

const optionalNumber = (stored: unknown): number | undefined =>
  stored === undefined || stored === null ? undefined : Number(stored);
