import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { adviceServices } from '../../composition/advice.ts';
import { openFunction } from '../edge/open-function.ts';
import { advise } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(advise);

export const handler = createHandler(
  adviceServices(db, {
    ...world,
    operatorOrganization: settings.PURSER_OPERATOR_ORGANIZATION,
    warmth: settings.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
  }),
);
