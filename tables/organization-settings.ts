import type { BudgetCensus } from '../domain/ledger/budget-census.ts';
import { UNKNOWN_USERS, type UnknownUsers } from '../domain/members/directory.ts';
import { COST_BASES, type CostBasis } from '../domain/pricing/cost-basis.ts';
import { ID_COMPARISONS, type Naming } from '../domain/naming/naming.ts';
import { flag, number, optional, recordOf, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, PutWrite } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * An organization's settings for all its requests. Access patterns: read or replace one of them: how
 * it compares ids, what it does with users whom its directory does not know, its census of budgets.
 */
export const organizationSettingsTable = defineTable({
  name: 'organization-settings',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'setting', type: 'S' },
});

export const namingCodec = itemCodec(organizationSettingsTable, 'naming', {
  idComparison: words(ID_COMPARISONS),
  defaultDepartmentId: optional(text),
  isDepartmentRequired: flag,
});

/** What becomes of users whom the directory does not know; set with its first user. */
export const directoryRuleCodec = itemCodec(organizationSettingsTable, 'directory', {
  unknownUsers: words(UNKNOWN_USERS),
});

/** What is booked where a provider reports its own cost. */
export const costBasisCodec = itemCodec(organizationSettingsTable, 'cost basis', {
  basis: words(COST_BASES),
});

/** How many scopes and rules have which budgets (`BudgetCensus`). */
export const censusCodec = itemCodec(organizationSettingsTable, 'budget census', {
  counts: recordOf(recordOf(number)),
});

export type OrganizationSettingsStore = ReturnType<typeof createOrganizationSettingsStore>;

const { name: table } = organizationSettingsTable;

const keyOf = (
  organizationId: string,
  setting: 'identity' | 'directory' | 'budget-census' | 'costs',
) => ({
  organizationId,
  setting,
});

export function createOrganizationSettingsStore(db: DynamoDb) {
  return {
    /** How an organization compares ids, if it has set that. */
    async naming(organizationId: string): Promise<Naming | undefined> {
      const key = keyOf(organizationId, 'identity');
      const item = await db.get({ table, key, consistent: true });
      return item && namingCodec.decode(item);
    },

    /** How an organization compares ids, if it has set that, and the write that replaces it. */
    async replacement(
      organizationId: string,
      next: (before: Naming | undefined) => Naming,
    ): Promise<Replacement<Naming>> {
      const key = keyOf(organizationId, 'identity');
      const { before, write } = await replacementOf(db, table, key, (item) =>
        namingCodec.encode(next(item && namingCodec.decode(item))),
      );
      return { before: before && namingCodec.decode(before), write };
    },

    ...costSettings(db),

    /** The census of budgets, if they were ever counted, and the write that replaces it. */
    async census(organizationId: string): Promise<{
      census: BudgetCensus | undefined;
      writeOf: (next: BudgetCensus) => PutWrite;
    }> {
      const key = keyOf(organizationId, 'budget-census');
      const { before, write } = await replacementOf(db, table, key, () => ({}));
      return {
        census: before && censusCodec.decode(before).counts,
        writeOf: (counts) => ({
          ...write,
          item: { ...write.item, ...censusCodec.encode({ counts }) },
        }),
      };
    },

    /** What becomes of unknown users; `undefined` if the organization keeps no directory. */
    async unknownUsers(organizationId: string): Promise<UnknownUsers | undefined> {
      const key = keyOf(organizationId, 'directory');
      const item = await db.get({ table, key, consistent: true });
      return item && directoryRuleCodec.decode(item).unknownUsers;
    },

    /** The rule as stored, and the write that replaces it. */
    async unknownUsersReplacement(
      organizationId: string,
      next: (before: UnknownUsers | undefined) => UnknownUsers,
    ): Promise<Replacement<UnknownUsers>> {
      const key = keyOf(organizationId, 'directory');
      const { before, write } = await replacementOf(db, table, key, (item) => {
        const stored = item && directoryRuleCodec.decode(item).unknownUsers;
        return directoryRuleCodec.encode({ unknownUsers: next(stored) });
      });
      return { before: before && directoryRuleCodec.decode(before).unknownUsers, write };
    },
  };
}

function costSettings(db: DynamoDb) {
  return {
    /** What is booked where a provider reports its own cost; `undefined` if never set. */
    async costBasis(organizationId: string): Promise<CostBasis | undefined> {
      const key = keyOf(organizationId, 'costs');
      const item = await db.get({ table, key, consistent: true });
      return item && costBasisCodec.decode(item).basis;
    },

    /** The basis as stored, and the write that replaces it. */
    async costBasisReplacement(
      organizationId: string,
      basis: CostBasis,
    ): Promise<Replacement<CostBasis>> {
      const key = keyOf(organizationId, 'costs');
      const { before, write } = await replacementOf(db, table, key, () =>
        costBasisCodec.encode({ basis }),
      );
      return { before: before && costBasisCodec.decode(before).basis, write };
    },
  };
}
