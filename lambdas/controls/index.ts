import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { controlServices } from '../../composition/controls.ts';
import { openFunction } from '../edge/open-function.ts';
import { controls } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(controls);
const alerts = createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL);

export const handler = createHandler({ ...world, ...controlServices(db, { ...world, alerts }) });
