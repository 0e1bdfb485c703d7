import { PATTERNS } from '../domain/patterns/classify-pattern.ts';
import {
  NAMING_REASONS,
  type NamedPattern,
  type PatternHistory,
} from '../domain/patterns/pattern-history.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { flag, list, number, optional, plain, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * The pattern of each scope's spend over time, with the days that it was found in, so that the next
 * review reads new days only. Access patterns: the review of a scope; replace it after the next
 * one. A scope that is not reviewed any more expires with its sums.
 */
export const usagePatternsTable = defineTable({
  name: 'usage-patterns',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'subject', type: 'S' },
  timeToLiveAttribute: 'expiresAtS',
});

const evidence = plain<NonNullable<NamedPattern['evidence']>>();

export const patternHistoryCodec = itemCodec(usagePatternsTable, 'pattern history', {
  names: list(
    fields({
      pattern: words(PATTERNS),
      since: text,
      reason: words(NAMING_REASONS),
      weeklyChangePercent: number,
      evidence: optional(evidence),
    }),
  ),
  reviewedUntil: text,
  challenger: optional(fields({ pattern: words(PATTERNS), weeks: number })),
  /** Absent in reviews from before it was kept. */
  spend: optional(fields({ firstDay: text, values: list(number) })),
  isUntold: optional(flag),
});

/** The latest review of a scope. */
export type PatternReview = {
  /** `undefined` before there are two weeks of days. */
  history: PatternHistory | undefined;
  /** The last UTC day of the review, or of the first week without a history. */
  reviewedUntil: string;
  /** Spend in USD, from the first day on; `undefined` if it was not kept. */
  spend: { firstDay: string; values: number[] } | undefined;
  /** Whether the last name is new, and nobody was told of it yet. */
  isUntold?: boolean | undefined;
};

export type UsagePatternStore = ReturnType<typeof createUsagePatternStore>;

type Subject = ScopeRef & { organizationId: string };

export function createUsagePatternStore(db: DynamoDb) {
  const { name: table } = usagePatternsTable;
  const keyOf = ({ organizationId, scope, scopeId }: Subject) => ({
    organizationId,
    subject: `${scope}#${scopeId}`,
  });
  return {
    async get(subject: Subject): Promise<PatternReview | undefined> {
      const item = await db.get({ table, key: keyOf(subject), consistent: true });
      if (!item) return undefined;
      const { spend, isUntold, ...history } = patternHistoryCodec.decode(item);
      const { reviewedUntil } = history;
      return {
        history: history.names.length > 0 ? history : undefined,
        reviewedUntil,
        spend,
        isUntold,
      };
    },

    /**
     * Stores a review, unless another process has stored a later one, or the same one and told people
     * of it. Returns whether it did.
     */
    async put(
      subject: Subject,
      { history, reviewedUntil, spend, isUntold }: PatternReview,
      { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
    ): Promise<boolean> {
      const { ok } = await db.write({
        kind: 'put',
        table,
        item: {
          ...keyOf(subject),
          ...patternHistoryCodec.encode({ names: [], ...history, reviewedUntil, spend, isUntold }),
          expiresAtS: secondsAfter(nowMs, retentionDays),
        },
        condition:
          'attribute_not_exists(subject) OR reviewedUntil < :until OR (reviewedUntil = :until AND isUntold = :true)',
        values: { ':until': reviewedUntil, ':true': true },
      });
      return ok;
    },
  };
}
