import { STRATEGIES } from '../domain/routing/order-endpoints.ts';
import { type Provider, PROVIDER_APIS } from '../domain/routing/provider.ts';
import { list, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { removalOf, type Replacement, replacementOf } from './replacement.ts';

/**
 * Organizations' own providers of models, one item each, with the ARN of the secret that holds the
 * key, never the key. Access patterns: all providers of an organization; put or delete one.
 */
export const providersTable = defineTable({
  name: 'providers',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'name', type: 'S' },
});

export const providerCodec = itemCodec(providersTable, 'provider', {
  name: text,
  address: fields({ baseUrl: text, secretArn: optional(text) }),
  regions: list(text),
  models: list(
    fields({ model: text, upstreamModel: optional(text), apis: list(words(PROVIDER_APIS)) }),
  ),
  toolTypes: optional(list(text)),
  strategy: optional(words(STRATEGIES)),
});

export type ProviderStore = ReturnType<typeof createProviderStore>;

export function createProviderStore(db: DynamoDb) {
  const { name: table } = providersTable;
  const keyOf = (organizationId: string, name: string) => ({ organizationId, name });

  return {
    async list(organizationId: string): Promise<Provider[]> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
      });
      return items.map((item) => providerCodec.decode(item));
    },

    /** The provider with this name, and the write that replaces it. */
    async replacement(organizationId: string, provider: Provider): Promise<Replacement<Provider>> {
      const key = keyOf(organizationId, provider.name);
      const { before, write } = await replacementOf(db, table, key, () =>
        providerCodec.encode(provider),
      );
      return { before: before && providerCodec.decode(before), write };
    },

    /** The provider with this name, and the write that removes it; `undefined` if no provider has it. */
    async removal(organizationId: string, name: string) {
      const removal = await removalOf(db, table, keyOf(organizationId, name));
      return removal && { ...removal, before: providerCodec.decode(removal.before) };
    },
  };
}
