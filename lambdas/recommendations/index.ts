import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { recommendationServices } from '../../composition/advice.ts';
import { openFunction } from '../edge/open-function.ts';
import { recommendations } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(recommendations);

export const handler = createHandler({
  ...world,
  ...recommendationServices(db, {
    ...world,
    operatorOrganization: settings.PURSER_OPERATOR_ORGANIZATION,
    warmth: settings.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
  }),
});
