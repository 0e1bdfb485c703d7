import type { DatedAllocation } from '../domain/reporting/allocation-history.ts';
import { SPLIT_RULES } from '../domain/reporting/shared-cost.ts';
import { list, number, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { removalOf, type Replacement, replacementOf } from './replacement.ts';

/**
 * An organization's report settings. Access patterns: the tags that costs are grouped by; replace
 * them; the dated rules by which shared cost is split, at most 100; replace or remove one.
 */
export const reportSettingsTable = defineTable({
  name: 'report-settings',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'setting', type: 'S' },
});

/** Names of the tags that costs are grouped by. */
export const tagsCodec = itemCodec(reportSettingsTable, 'tags', { tags: list(text) });

/** How shared cost is split from a time on; from the beginning if none is stored. */
export const allocationCodec = itemCodec(reportSettingsTable, 'allocation', {
  rule: words(SPLIT_RULES),
  sharedDepartments: list(text),
  shares: list(fields({ departmentId: text, percentHundredths: number })),
  validFromMs: optional(number),
  setBy: optional(text),
  setAtMs: optional(number),
});

export type ReportSettingsStore = ReturnType<typeof createReportSettingsStore>;

export function createReportSettingsStore(db: DynamoDb) {
  return {
    /** Names of the tags that costs are grouped by; empty if none were ever listed. */
    listedTags: async (organizationId: string): Promise<string[]> =>
      tagsOf(
        await db.get({
          table: reportSettingsTable.name,
          key: { organizationId, setting: 'tags' },
          consistent: true,
        }),
      ),

    /** The listed tags, and the write that replaces them. */
    async tagsReplacement(
      organizationId: string,
      tags: readonly string[],
    ): Promise<Replacement<string[]>> {
      const key = { organizationId, setting: 'tags' };
      const item = tagsCodec.encode({ tags });
      const { before, write } = await replacementOf(db, reportSettingsTable.name, key, () => item);
      return { before: tagsOf(before), write };
    },

    /** The dated rules by which shared cost is split, latest first. */
    async allocations(organizationId: string): Promise<DatedAllocation[]> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization AND begins_with(setting, :allocation)',
        values: { ':organization': organizationId, ':allocation': ALLOCATION },
        consistent: true,
      });
      return items.map(ruleOf).toSorted((left, right) => right.validFromMs - left.validFromMs);
    },

    /** The rule that begins when another one does, and the write that puts that one in its place. */
    async allocationReplacement(
      organizationId: string,
      allocation: DatedAllocation,
    ): Promise<Replacement<DatedAllocation>> {
      const key = allocationKey(organizationId, allocation.validFromMs);
      const item = allocationCodec.encode(allocation);
      const { before, write } = await replacementOf(db, table, key, () => item);
      return { before: before && ruleOf(before), write };
    },

    /** The rule that begins at a time, and the write that removes it; `undefined` if none does. */
    async allocationRemoval(organizationId: string, validFromMs: number) {
      const removal = await removalOf(db, table, allocationKey(organizationId, validFromMs));
      return removal && { before: ruleOf(removal.before), write: removal.write };
    },
  };
}

const { name: table } = reportSettingsTable;
const ALLOCATION = 'allocation';

/** The rule from the beginning has the key of the time when rules had no dates. */
const allocationKey = (organizationId: string, validFromMs: number) => ({
  organizationId,
  setting: validFromMs === 0 ? ALLOCATION : `${ALLOCATION}#${new Date(validFromMs).toISOString()}`,
});

function ruleOf(item: Item): DatedAllocation {
  const { validFromMs = 0, ...rule } = allocationCodec.decode(item);
  return { ...rule, validFromMs };
}

const tagsOf = (item: Item | undefined): string[] => (item ? tagsCodec.decode(item).tags : []);
