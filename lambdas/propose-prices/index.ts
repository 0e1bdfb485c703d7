import { createPriceList } from '../../aws/price-list.ts';
import { createQueue } from '../../aws/queue.ts';
import { priceServices } from '../../composition/catalog.ts';
import { openFunction } from '../edge/open-function.ts';
import { proposePrices } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(proposePrices);

export const handler = createHandler({
  now: world.now,
  ...priceServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    priceList: createPriceList(),
  }),
});
