import { SPENDER_DIMENSIONS } from '../domain/anomalies/new-spender.ts';
import { SPENDER_ENDS, type SpenderNews } from '../domain/anomalies/spender-news.ts';
import { list, money, number, optional, text, words } from './codec/attributes.ts';
import { dimension } from './codec/dimension.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import type { DynamoDb } from './dynamodb.ts';
import { secondsAfter } from './time-to-live.ts';
import { usagePatternsTable } from './usage-patterns.ts';

const spender = { dimension: words(SPENDER_DIMENSIONS), value: text };

export const spenderNewsCodec = itemCodec(usagePatternsTable, 'new spenders', {
  news: list(
    fields({
      ...spender,
      firstDay: text,
      day: text,
      costNanoUsd: money,
      billNanoUsd: money,
      joined: list(fields(spender)),
      replaces: optional(text),
      uses: list(fields({ dimension, value: text, percent: number })),
      lastDay: text,
      ended: optional(fields({ day: text, why: words(SPENDER_ENDS) })),
    }),
  ),
});

export type SpenderNewsStore = ReturnType<typeof createSpenderNewsStore>;

/** The new spenders that people of an organization were told of, one item beside its patterns. */
export function createSpenderNewsStore(db: DynamoDb) {
  const { name: table } = usagePatternsTable;
  // Subjects of patterns have a `#`.
  const keyOf = (organizationId: string) => ({ organizationId, subject: 'new-spenders' });
  return {
    async get(organizationId: string): Promise<SpenderNews[]> {
      const item = await db.get({ table, key: keyOf(organizationId), consistent: true });
      return item ? spenderNewsCodec.decode(item).news : [];
    },

    /** Replaces all of them. The monitor is the only writer. */
    async put(
      organizationId: string,
      news: readonly SpenderNews[],
      { nowMs, retentionDays }: { nowMs: number; retentionDays: number },
    ): Promise<void> {
      await db.write({
        kind: 'put',
        table,
        item: {
          ...keyOf(organizationId),
          ...spenderNewsCodec.encode({ news: [...news] }),
          expiresAtS: secondsAfter(nowMs, retentionDays),
        },
      });
    },
  };
}
