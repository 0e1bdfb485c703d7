import { ownRegion } from '../../aws/environment.ts';
import { createEventBus } from '../../aws/event-bus.ts';
import { fromImages } from '../../aws/stream-record.ts';
import { eventServices } from '../../composition/alerts.ts';
import { eventOfItem } from '../../services/events/event-of-item.ts';
import { openFunction } from '../edge/open-function.ts';
import { publishEvents } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(publishEvents);

export const handler = createHandler({
  ...eventServices(db, world),
  deployment: { environment: settings.PURSER_ENVIRONMENT, region: ownRegion() },
  bus: createEventBus(settings.PURSER_EVENT_BUS),
  eventOf: fromImages((_, after) => eventOfItem(after)),
});
