import { PATTERNS } from '../domain/patterns/classify-pattern.ts';
import {
  NAMING_REASONS,
  type NamedPattern,
  type PatternHistory,
} from '../domain/patterns/pattern-history.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { list, number, optional, plain, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * The pattern of each scope's spend over time. Access patterns: the history of a scope; replace it
 * after a review. A scope that is not reviewed any more expires with its sums.
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
});

export type UsagePatternStore = ReturnType<typeof createUsagePatternStore>;

type Subject = ScopeRef & { organizationId: string };

export function createUsagePatternStore(db: DynamoDb) {
  const { name: table } = usagePatternsTable;
  const keyOf = ({ organizationId, scope, scopeId }: Subject) => ({
    organizationId,
    subject: `${scope}#${scopeId}`,
  });
  return {
    async get(subject: Subject): Promise<PatternHistory | undefined> {
      const item = await db.get({ table, key: keyOf(subject), consistent: true });
      return item && patternHistoryCodec.decode(item);
    },

    /** Stores a review, unless another process has stored a later one. Returns whether it did. */
    async put(
      subject: Subject,
      history: PatternHistory,
      { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
    ): Promise<boolean> {
      const { ok } = await db.write({
        kind: 'put',
        table,
        item: {
          ...keyOf(subject),
          ...patternHistoryCodec.encode(history),
          expiresAtS: secondsAfter(nowMs, retentionDays),
        },
        condition: 'attribute_not_exists(subject) OR reviewedUntil < :until',
        values: { ':until': history.reviewedUntil },
      });
      return ok;
    },
  };
}
