import type { Recommendation } from '../domain/advice/recommendation.ts';
import { defineTable } from './definition.ts';
import type { Attribute, DynamoDb, Item, UpdateWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';

/**
 * Advice given to organizations, one item per advice, and one (`run`) of the last reckoning. Access
 * patterns: all advice of one organization; one advice; propose it unless somebody decided on it; end
 * it; decide on it; note the last reckoning.
 */
export const recommendationsTable = defineTable({
  name: 'recommendations',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'id', type: 'S' },
});

export const ADVICE_STATES = ['open', 'accepted', 'dismissed', 'ended'] as const;
/** `ended`: what it rests on is no longer so. */
export type AdviceState = (typeof ADVICE_STATES)[number];

export type StoredRecommendation = Recommendation & {
  state: AdviceState;
  createdAtMs: number;
  updatedAtMs: number;
  decidedAtMs?: number | undefined;
  decidedBy?: string | undefined;
};

/** When advice was last reckoned, and from how many of how many requests on how many days. */
export type AdviceRun = {
  atMs: number;
  sampledRequests: number;
  allRequests: bigint;
  days: number;
};

const RUN = 'run';

export type RecommendationStore = ReturnType<typeof createRecommendationStore>;

export function createRecommendationStore(db: DynamoDb) {
  const table = recommendationsTable.name;
  return {
    /** Everything of an organization, in order of id, and the last reckoning. */
    async list(
      organizationId: string,
    ): Promise<{ run: AdviceRun | undefined; items: StoredRecommendation[] }> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      const run = items.find(({ id }) => id === RUN);
      return {
        run: run && parseRun(run),
        items: items.filter(({ id }) => id !== RUN).map(parse),
      };
    },

    async get(organizationId: string, id: string): Promise<StoredRecommendation | undefined> {
      if (id === RUN) return undefined;
      const item = await db.get({ table, key: { organizationId, id }, consistent: true });
      return item && parse(item);
    },

    /** Puts advice as open. What was accepted or dismissed stays as it is: `false`. */
    async propose(
      organizationId: string,
      recommendation: Recommendation,
      { createdAtMs, nowMs }: { createdAtMs: number; nowMs: number },
    ): Promise<boolean> {
      const result = await db.write({
        kind: 'put',
        table,
        item: {
          ...(recommendation as unknown as Record<string, Attribute | undefined>),
          organizationId,
          state: 'open',
          createdAtMs,
          updatedAtMs: nowMs,
        },
        condition: 'attribute_not_exists(id) OR #state IN (:open, :ended)',
        names: { '#state': 'state' },
        values: { ':open': 'open', ':ended': 'ended' },
      });
      return result.ok;
    },

    /** Ends open advice that is no longer given. */
    async end(organizationId: string, id: string, nowMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: { organizationId, id },
        update: 'SET #state = :ended, #updatedAtMs = :nowMs',
        condition: '#state = :open',
        names: { '#state': 'state', '#updatedAtMs': 'updatedAtMs' },
        values: { ':ended': 'ended', ':open': 'open', ':nowMs': nowMs },
      });
    },

    /** The write that decides on advice if it is as it was read. */
    decision: (
      organizationId: string,
      before: StoredRecommendation,
      { state, actor, nowMs }: { state: 'accepted' | 'dismissed'; actor: string; nowMs: number },
    ): UpdateWrite => ({
      kind: 'update',
      table,
      key: { organizationId, id: before.id },
      update: 'SET #state = :state, #decidedAtMs = :nowMs, #decidedBy = :actor',
      condition: '#state = :was AND #updatedAtMs = :updatedAtMs',
      names: {
        '#state': 'state',
        '#updatedAtMs': 'updatedAtMs',
        '#decidedAtMs': 'decidedAtMs',
        '#decidedBy': 'decidedBy',
      },
      values: {
        ':state': state,
        ':was': before.state,
        ':updatedAtMs': before.updatedAtMs,
        ':nowMs': nowMs,
        ':actor': actor,
      },
    }),

    async noteRun(organizationId: string, run: AdviceRun): Promise<void> {
      await db.write({ kind: 'put', table, item: { organizationId, id: RUN, ...run } });
    },
  };
}

const parseRun = (item: Item): AdviceRun => ({
  atMs: Number(item['atMs']),
  sampledRequests: Number(item['sampledRequests']),
  allRequests: item['allRequests'] as bigint,
  days: Number(item['days']),
});

/** Whole numbers are stored exactly and read as `bigint`; here only money is one. */
function parse(item: Item): StoredRecommendation {
  const { organizationId: _, ...stored } = asNumbers(item) as Record<string, unknown>;
  const before = stored['before'] as { costNanoUsd: number } | undefined;
  return {
    ...(stored as unknown as StoredRecommendation),
    savingNanoUsdPerMonth: item['savingNanoUsdPerMonth'] as bigint,
    ...(before && {
      before: {
        ...(before as unknown as NonNullable<StoredRecommendation['before']>),
        costNanoUsd: (item['before'] as Item)['costNanoUsd'] as bigint,
      },
    }),
  };
}

function asNumbers(stored: Attribute | undefined): unknown {
  if (typeof stored === 'bigint') return Number(stored);
  if (typeof stored !== 'object' || stored === null || stored instanceof Uint8Array) return stored;
  if (stored instanceof Set) return stored;
  if (Array.isArray(stored)) return stored.map(asNumbers);
  return Object.fromEntries(Object.entries(stored).map(([name, part]) => [name, asNumbers(part)]));
}
