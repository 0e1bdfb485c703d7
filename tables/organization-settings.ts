import { ADVICE_PLACES } from '../domain/advice/leave.ts';
import type { BudgetCensus } from '../domain/ledger/budget-census.ts';
import { UNKNOWN_USERS, type UnknownUsers } from '../domain/members/directory.ts';
import { COST_BASES } from '../domain/pricing/cost-basis.ts';
import { PRICE_UPDATES } from '../domain/pricing/price-updates.ts';
import { ID_COMPARISONS, type Naming } from '../domain/naming/naming.ts';
import { STRATEGIES } from '../domain/routing/order-endpoints.ts';
import { flag, list, number, optional, recordOf, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, PutWrite } from './dynamodb.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * An organization's settings for all its requests. Access patterns: read or replace one of them: how
 * it compares ids, what it does with users whom its directory does not know, its census of budgets,
 * which cost it books, the time zone of its reports, how its prices follow AWS's price list, how its calls of models are routed,
 * what advice may propose, which routes are answered from the cache.
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

/** The time zone of reports. */
export const timeCodec = itemCodec(organizationSettingsTable, 'time', { timeZone: text });

/** What happens where AWS's price list differs from the rate cards. */
export const priceUpdatesCodec = itemCodec(organizationSettingsTable, 'price updates', {
  updates: words(PRICE_UPDATES),
});

/** How calls of models are routed (`RoutingSettings`). */
export const routingCodec = itemCodec(organizationSettingsTable, 'routing', {
  strategy: optional(words(STRATEGIES)),
  pools: list(fields({ model: text, strategy: words(STRATEGIES) })),
  regions: optional(list(text)),
  prefersGlobal: optional(flag),
});

/** Which providers and places advice may propose (`AdviceLeave`). */
export const adviceLeaveCodec = itemCodec(organizationSettingsTable, 'advice', {
  providers: list(text),
  places: list(words(ADVICE_PLACES)),
});

/** Which routes are answered from the cache without asking (`CachedRoute`). */
export const cachingCodec = itemCodec(organizationSettingsTable, 'caching', {
  routes: list(
    fields({
      system: text,
      operation: optional(text),
      lifeSeconds: optional(number),
      takesDefaultTemperature: optional(flag),
    }),
  ),
});

/** How many scopes and rules have which budgets (`BudgetCensus`). */
export const censusCodec = itemCodec(organizationSettingsTable, 'budget census', {
  counts: recordOf(recordOf(number)),
});

export type OrganizationSettingsStore = ReturnType<typeof createOrganizationSettingsStore>;

const { name: table } = organizationSettingsTable;

type ChoiceName = 'advice' | 'caching' | 'costs' | 'prices' | 'routing' | 'time';

const keyOf = (
  organizationId: string,
  setting: 'identity' | 'directory' | 'budget-census' | ChoiceName,
) => ({
  organizationId,
  setting,
});

export function createOrganizationSettingsStore(db: DynamoDb) {
  return {
    ...choices(db),

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

/** Settings that are read and replaced as a whole. */
const choices = (db: DynamoDb) => ({
  /** What is booked where a provider reports its own cost. */
  costBasis: choiceStore(db, 'costs', {
    decode: (item) => costBasisCodec.decode(item).basis,
    encode: (basis) => costBasisCodec.encode({ basis }),
  }),

  /** What happens where AWS's price list differs from the rate cards. */
  priceUpdates: choiceStore(db, 'prices', {
    decode: (item) => priceUpdatesCodec.decode(item).updates,
    encode: (updates) => priceUpdatesCodec.encode({ updates }),
  }),

  /** The time zone of reports. */
  timeZone: choiceStore<string>(db, 'time', {
    decode: (item) => timeCodec.decode(item).timeZone,
    encode: (timeZone) => timeCodec.encode({ timeZone }),
  }),

  /** How an organization's calls of models are routed. */
  routing: choiceStore(db, 'routing', routingCodec),

  /** Which providers and places advice may propose. */
  adviceLeave: choiceStore(db, 'advice', adviceLeaveCodec),

  /** Which routes are answered from the cache without asking. */
  caching: choiceStore(db, 'caching', cachingCodec),
});

/** A setting that is one word from a list. */
export type ChoiceStore<Choice> = {
  /** As stored; `undefined` if it was never set. */
  get(organizationId: string): Promise<Choice | undefined>;
  /** As stored, and the write that replaces it. */
  replacement(organizationId: string, choice: Choice): Promise<Replacement<Choice>>;
};

function choiceStore<Choice>(
  db: DynamoDb,
  setting: ChoiceName,
  { decode, encode }: { decode: (item: Item) => Choice; encode: (choice: Choice) => Item },
): ChoiceStore<Choice> {
  return {
    async get(organizationId) {
      const item = await db.get({ table, key: keyOf(organizationId, setting), consistent: true });
      return item && decode(item);
    },
    async replacement(organizationId, choice) {
      const key = keyOf(organizationId, setting);
      const { before, write } = await replacementOf(db, table, key, () => encode(choice));
      return { before: before && decode(before), write };
    },
  };
}
