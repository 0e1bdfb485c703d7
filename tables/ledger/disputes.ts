import type { Deviation } from '../../domain/ledger/deviation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { disputedChargeKey, parseEntry } from './entry-items.ts';
import { ledgerTable } from './table.ts';

/** `after` is the position of the last entry seen. A filtered page can be short. */
export type DisputePage = {
  limit: number;
  after?: string | undefined;
  kind?: Deviation | undefined;
  keyId?: string | undefined;
};

export type DisputeStore = ReturnType<typeof createDisputeStore>;

/** Entries that wait for an operator. They are written together with the entries. */
export function createDisputeStore(db: DynamoDb) {
  return {
    /** One page of an organization's disputes, oldest first. */
    async list(
      organizationId: string,
      { after = '0', limit, kind, keyId }: DisputePage,
    ): Promise<{ entries: Entry[]; next: string | undefined }> {
      const ofKey = '(sky = :key OR (attribute_not_exists(sky) AND kid = :key))';
      const filters = [
        ...(kind === undefined ? [] : ['contains(dev, :kind)']),
        ...(keyId === undefined ? [] : [ofKey]),
      ];
      const page = await db.query({
        table: ledgerTable.name,
        index: 'byDispute',
        condition: 'dvo = :organization AND dva > :after',
        ...(filters.length > 0 ? { filter: filters.join(' AND ') } : {}),
        values: {
          ':organization': organizationId,
          ':after': after,
          ...(kind === undefined ? {} : { ':kind': kind }),
          ...(keyId === undefined ? {} : { ':key': keyId }),
        },
        limit,
      });
      return {
        entries: page.items.map(parseEntry),
        next: page.nextKey && String(page.nextKey['dva']),
      };
    },

    /** The charge that a dispute id refers to. Reservations are read by their own ids. */
    async getCharge(organizationId: string, disputeId: string): Promise<Entry | undefined> {
      const key = disputedChargeKey(organizationId, disputeId);
      if (!key) return undefined;
      const item = await db.get({ table: ledgerTable.name, key, consistent: true });
      return item && parseEntry(item);
    },
  };
}
