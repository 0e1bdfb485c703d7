import { createQueue } from '../../aws/queue.ts';
import { budgetServices } from '../../composition/budgets.ts';
import { openFunction } from '../edge/open-function.ts';
import { budgets } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(budgets);

export const handler = createHandler({
  ...world,
  ...budgetServices(db, { ...world, alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL) }),
});
