import * as z from 'zod';
import { SPENDER_DIMENSIONS } from '../domain/anomalies/new-spender.ts';
import { isAbout, SPENDER_ENDS, type SpenderNews } from '../domain/anomalies/spender-news.ts';
import { formatUsd } from '../domain/money.ts';
import { endOfBucket, startOfBucket } from '../domain/reporting/aggregates.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { instantText, usdText } from './fields.ts';

const dayText = z.string().meta({ description: 'UTC day', example: '2026-11-21' });
const dimension = z.enum(SPENDER_DIMENSIONS);

export const newSpenderView = z
  .object({
    kind: z.literal('new_spender'),
    from: instantText.meta({ description: 'Begin of its first day' }),
    to: instantText.meta({ description: 'End of the last day on which it took 5 % of the bill' }),
    dimension,
    value: z.string(),
    day: dayText.meta({ description: 'Day on which it took at least 20 % of the bill' }),
    actualUsd: usdText.meta({ description: 'What it cost on that day' }),
    billUsd: usdText.meta({ description: 'What the organization spent on that day' }),
    joined: z
      .array(z.object({ dimension, value: z.string() }))
      .meta({ description: 'Other names for the same money, as new' }),
    replaces: z
      .string()
      .nullable()
      .meta({ description: 'Value of the same dimension that did this work before' }),
    uses: z
      .array(z.object({ dimension: z.string(), value: z.string(), percent: z.int() }))
      .meta({ description: 'What took most of its cost in the hour of that day that cost most' }),
    ended: z
      .object({ day: dayText, why: z.enum(SPENDER_ENDS) })
      .nullable()
      .meta({
        description:
          'fell: less than 5 % of the bill for a week. usual: four weeks have passed. null while it lasts',
      }),
  })
  .meta({
    id: 'NewSpender',
    description:
      'Took at least 20 % of the bill of the organization, and cost next to nothing in the four weeks that ended a week before',
  });

/** The API's view of news that is about a scope, and lasted in a range of hours. */
export const newSpendersViewOf = (
  news: readonly SpenderNews[],
  scope: ScopeRef,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): z.output<typeof newSpenderView>[] =>
  news
    .filter(
      (item) =>
        scope.scope === 'organization' ||
        isAbout(item, { dimension: scope.scope, value: scope.scopeId }),
    )
    .filter(({ firstDay, lastDay }) => {
      return startOfBucket(firstDay) < toMs && endOfBucket(lastDay) > fromMs;
    })
    .map(({ costNanoUsd, billNanoUsd, firstDay, lastDay, ...item }) => ({
      kind: 'new_spender',
      from: new Date(startOfBucket(firstDay)).toISOString(),
      to: new Date(endOfBucket(lastDay)).toISOString(),
      dimension: item.dimension,
      value: item.value,
      day: item.day,
      actualUsd: formatUsd(costNanoUsd),
      billUsd: formatUsd(billNanoUsd),
      joined: item.joined.map(({ dimension: of, value }) => ({ dimension: of, value })),
      replaces: item.replaces ?? null,
      uses: item.uses.map(({ dimension: of, value, percent }) => ({
        dimension: of,
        value,
        percent,
      })),
      ended: item.ended ?? null,
    }));
