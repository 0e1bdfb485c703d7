import { fromImages } from '../../aws/stream-record.ts';
import { expiryOfChange, postingsOfChange } from '../../tables/ledger/entry-items.ts';
import { aggregationServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { aggregateUsage } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(aggregateUsage);

export const handler = createHandler({
  ...world,
  ...aggregationServices(db, { ...world, retentionDays: settings.PURSER_RETENTION_DAYS }),
  postingsOf: fromImages(postingsOfChange),
  expiryOf: fromImages(expiryOfChange),
});
