import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { thresholdServices } from '../../composition/controls.ts';
import { openFunction } from '../edge/open-function.ts';
import { thresholds } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(thresholds);
const alerts = createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL);

export const handler = createHandler({ ...world, ...thresholdServices(db, { ...world, alerts }) });
