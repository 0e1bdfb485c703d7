import { CACHE_PLANS } from '../domain/advice/cache-plan.ts';
import type { Confidence } from '../domain/advice/confidence.ts';
import type { Evidence } from '../domain/advice/evidence.ts';
import { SERVICE_TIERS } from '../domain/pricing/service-tier.ts';
import {
  ADVICE_KINDS,
  type Change,
  EFFORTS,
  type Recommendation,
  RISK_BASES,
} from '../domain/advice/recommendation.ts';
import {
  flag,
  list,
  money,
  number,
  optional,
  orElse,
  plain,
  text,
  words,
} from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { anyScope } from './codec/scope.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, UpdateWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';

/**
 * Advice for organizations: one item per recommendation, and one (`run`) for the last run. Access
 * patterns: all advice of an organization; one recommendation; propose it unless someone has
 * decided on it; end it; decide on it; record the last run.
 */
export const recommendationsTable = defineTable({
  name: 'recommendations',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'id', type: 'S' },
});

export const ADVICE_STATES = ['open', 'accepted', 'dismissed', 'ended'] as const;
/** `ended`: its evidence no longer holds. */
export type AdviceState = (typeof ADVICE_STATES)[number];

export type StoredRecommendation = Recommendation & {
  state: AdviceState;
  createdAtMs: number;
  updatedAtMs: number;
  decidedAtMs?: number | undefined;
  decidedBy?: string | undefined;
};

/** When advice was last computed, and how many of how many requests on how many days it used. */
export type AdviceRun = {
  atMs: number;
  sampledRequests: number;
  allRequests: bigint;
  days: number;
};

export const adviceCodec = itemCodec(recommendationsTable, 'advice', {
  id: text,
  kind: words(ADVICE_KINDS),
  scope: fields({ scope: anyScope, scopeId: text }),
  target: text,
  title: text,
  action: text,
  change: plain<Change>(),
  request: optional(plain<NonNullable<Recommendation['request']>>()),
  isQuestion: orElse(flag, false),
  savingNanoUsdPerMonth: money,
  saving: optional(
    fields({
      perMonthNanoUsd: money,
      leastPerMonthNanoUsd: money,
      mostPerMonthNanoUsd: money,
      nowPerMonthNanoUsd: money,
      share: number,
      requests: number,
      days: number,
    }),
  ),
  group: optional(fields({ id: text, netSavingNanoUsdPerMonth: money })),
  effort: words(EFFORTS),
  confidence: plain<Confidence>(),
  evidence: plain<Evidence>(),
  qualityRisk: optional(
    fields({
      basis: words(RISK_BASES),
      expectedLoss: number,
      upperLoss: orElse(number, 1),
      graded: orElse(number, 0),
    }),
  ),
  before: optional(
    fields({
      requests: number,
      costNanoUsd: money,
      followingShare: optional(number),
      tier: optional(words(SERVICE_TIERS)),
      cachePlan: optional(words(CACHE_PLANS)),
      cacheReadTokens: optional(number),
      cacheWriteTokens: optional(number),
      cacheReadShare: optional(number),
      cacheWriteShare: optional(number),
      repeatingShare: optional(number),
      wastedShare: optional(number),
      spread: optional(fields({ regionShares: list(number), cachedFactor: number })),
      readFactor: optional(number),
      inputTokens: optional(number),
      error: optional(
        fields({
          requests: number,
          figures: fields({
            readFactor: optional(number),
            cacheReadShare: optional(number),
            cacheWriteShare: optional(number),
            followingShare: optional(number),
            repeatingShare: optional(number),
            wastedShare: optional(number),
            inputTokens: optional(number),
          }),
        }),
      ),
    }),
  ),
  state: words(ADVICE_STATES),
  createdAtMs: number,
  updatedAtMs: number,
  decidedAtMs: optional(number),
  decidedBy: optional(text),
});

export const adviceRunCodec = itemCodec(recommendationsTable, 'run', {
  atMs: number,
  sampledRequests: number,
  allRequests: money,
  days: number,
});

const RUN = 'run';

export type RecommendationStore = ReturnType<typeof createRecommendationStore>;

export const createRecommendationStore = (db: DynamoDb) => ({
  ...recommendationReads(db),
  ...proposals(db),
  ...decisions(db),
});

/** Reads recommendations. */
function recommendationReads(db: DynamoDb) {
  const table = recommendationsTable.name;

  return {
    /** All of an organization's recommendations in order of id, and the last run. */
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
        run: run && adviceRunCodec.decode(run),
        items: items.filter(({ id }) => id !== RUN).map((item) => adviceCodec.decode(item)),
      };
    },

    async get(organizationId: string, id: string): Promise<StoredRecommendation | undefined> {
      if (id === RUN) return undefined;
      const item = await db.get({ table, key: { organizationId, id }, consistent: true });
      return item && adviceCodec.decode(item);
    },
  };
}

/** Changes by a run of advice. */
function proposals(db: DynamoDb) {
  const table = recommendationsTable.name;

  return {
    /**
     * Puts a recommendation as open. Returns `false` if it was accepted or dismissed, which it
     * leaves unchanged.
     */
    async propose(
      organizationId: string,
      recommendation: Recommendation,
      { createdAtMs, nowMs }: { createdAtMs: number; nowMs: number },
    ): Promise<boolean> {
      const result = await db.write({
        kind: 'put',
        table,
        item: {
          ...adviceCodec.encode({
            ...recommendation,
            state: 'open',
            createdAtMs,
            updatedAtMs: nowMs,
          }),
          organizationId,
        },
        condition: 'attribute_not_exists(id) OR #state IN (:open, :ended)',
        names: { '#state': 'state' },
        values: { ':open': 'open', ':ended': 'ended' },
      });
      return result.ok;
    },

    /** Ends open advice that no longer applies. */
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
  };
}

/** People's decisions, and the time of the last run. */
function decisions(db: DynamoDb) {
  const table = recommendationsTable.name;

  return {
    /**
     * The write that records a decision if the recommendation has not changed since it was read.
     */
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
      await db.write({
        kind: 'put',
        table,
        item: { organizationId, id: RUN, ...adviceRunCodec.encode(run) },
      });
    },
  };
}
