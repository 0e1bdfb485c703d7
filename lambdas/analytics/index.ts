import { functionVersion } from '../../aws/environment.ts';
import { analyticsServices } from '../../composition/analytics.ts';
import { openAnswers } from '../edge/open-answers.ts';
import { openFunction } from '../edge/open-function.ts';
import { analytics } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(analytics);
const version = functionVersion();
const answers = await openAnswers(settings.PURSER_VALKEY_URL, world.telemetry);

export const handler = createHandler({
  ...world,
  ...analyticsServices(db, { ...world, ...answers, version }),
});
