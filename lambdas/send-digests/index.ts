import { readEnvironment } from '../../aws/environment.ts';
import { openAlertDelivery } from '../edge/alert-delivery.ts';
import { sendDigests as sendDigestsFunction } from './function.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(openAlertDelivery(readEnvironment(sendDigestsFunction)));
