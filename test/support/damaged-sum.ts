import type { AggregateKey } from '../../domain/reporting/aggregates.ts';
import type { Measures } from '../../domain/reporting/measures.ts';
import type { UpdateWrite } from '../../tables/dynamodb.ts';
import { keyOf } from '../../tables/token-analytics/keys.ts';
import { tokenAnalyticsTable } from '../../tables/token-analytics/table.ts';

/** A write that makes a day's sum wrong by this much. It is also how older code added to sums. */
export const damagedSum = (key: AggregateKey, wrong: Partial<Measures>): UpdateWrite => ({
  kind: 'update',
  table: tokenAnalyticsTable.name,
  key: keyOf(key),
  update: `ADD ${Object.keys(wrong)
    .map((name) => `#${name} :${name}`)
    .join(', ')}`,
  names: Object.fromEntries(Object.keys(wrong).map((name) => [`#${name}`, name])),
  values: Object.fromEntries(Object.entries(wrong).map(([name, value]) => [`:${name}`, value])),
});
