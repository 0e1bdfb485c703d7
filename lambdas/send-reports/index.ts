import { createEmail } from '../../aws/email.ts';
import { mailedReportServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { sendReports } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(sendReports);
const { sendMail } = createEmail(settings.PURSER_ALERT_SENDER);

export const handler = createHandler({ ...world, ...mailedReportServices(db, world), sendMail });
