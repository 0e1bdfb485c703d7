import { ownRegion } from '../../aws/environment.ts';
import { createEventBus } from '../../aws/event-bus.ts';
import { fromImages } from '../../aws/stream-record.ts';
import { createQueue } from '../../aws/queue.ts';
import { eventServices } from '../../composition/alerts.ts';
import { wakingServices } from '../../composition/jobs.ts';
import { eventOfItem, wokenBy } from '../../services/events/event-of-item.ts';
import { WAKING_DELAY_SECONDS } from '../../services/jobs/wake-jobs.ts';
import { openFunction } from '../edge/open-function.ts';
import { publishEvents } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(publishEvents);

export const handler = createHandler({
  ...eventServices(db, world),
  deployment: { environment: settings.PURSER_ENVIRONMENT, region: ownRegion() },
  bus: createEventBus(settings.PURSER_EVENT_BUS),
  wakeJobs: wakingServices(db, {
    queue: createQueue(settings.PURSER_JOB_QUEUE_URL, { delaySeconds: WAKING_DELAY_SECONDS }),
  }),
  wokenBy: fromImages((_, after) => wokenBy(after)),
  eventOf: fromImages((_, after) => eventOfItem(after)),
});
