import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { createEmail } from '../../aws/email.ts';
import { ownRegion } from '../../aws/environment.ts';
import { mailedReportServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { sendReports } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(sendReports);
const { sendEmail } = createEmail(settings.PURSER_ALERT_SENDER);
const deployment = { environment: settings.PURSER_ENVIRONMENT, region: ownRegion() };

export const handler = createHandler({
  ...world,
  ...mailedReportServices(db, {
    ...world,
    operatorOrganization: settings.PURSER_OPERATOR_ORGANIZATION,
    warmth: settings.PURSER_WARMTH,
    metrics: createFunctionMetrics(),
  }),
  deployment,
  sendEmail,
});
