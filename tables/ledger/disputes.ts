import type { Deviation } from '../../domain/ledger/deviation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { disputedChargeKey, parseEntry } from './entry-items.ts';
import { ledgerTable } from './table.ts';

/** `after` is the position of the last entry seen; a page that is filtered may be short. */
export type DisputePage = {
  limit: number;
  after?: string | undefined;
  kind?: Deviation | undefined;
  keyId?: string | undefined;
};

export type DisputeStore = ReturnType<typeof createDisputeStore>;

/** The entries that an operator is asked to look at; they are written with the entries themselves. */
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

    /** The charge that a dispute's id names; reservations are found by their own ids. */
    async getCharge(organizationId: string, disputeId: string): Promise<Entry | undefined> {
      const key = disputedChargeKey(organizationId, disputeId);
      if (!key) return undefined;
      const item = await db.get({ table: ledgerTable.name, key, consistent: true });
      return item && parseEntry(item);
    },
  };
}
