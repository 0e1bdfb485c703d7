import { bytes, named } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb } from '../dynamodb.ts';
import type { LedgerKey } from './key.ts';
import { ledgerTable } from './table.ts';

/** The secret key with which an organization's prompts are hashed. No route shows it. */
export const promptKeyCodec = itemCodec(ledgerTable, 'prompt key', { key: named('sec', bytes) });

const keyOf = (organizationId: string): LedgerKey => ({
  pk: `prompt-key#${organizationId}`,
  sk: 'key',
});

export type PromptKeyStore = ReturnType<typeof createPromptKeyStore>;

/** Keys for hashes of prompts, one for each organization, in the ledger's table. They never change. */
export function createPromptKeyStore(db: DynamoDb) {
  const table = ledgerTable.name;
  async function read(organizationId: string, consistent: boolean) {
    const item = await db.get({ table, key: keyOf(organizationId), consistent });
    return item && promptKeyCodec.decode(item).key;
  }
  return {
    /** The organization's key. Without one, `offered` becomes its key. */
    async getOrAdd(organizationId: string, offered: () => Uint8Array): Promise<Uint8Array> {
      const stored = await read(organizationId, false);
      if (stored) return stored;
      const key = offered();
      const added = await db.write({
        kind: 'put',
        table,
        item: { ...keyOf(organizationId), ...promptKeyCodec.encode({ key }) },
        condition: 'attribute_not_exists(pk)',
      });
      return added.ok ? key : ((await read(organizationId, true)) ?? key);
    },
  };
}
