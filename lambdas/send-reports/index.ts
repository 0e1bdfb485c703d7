import { createEmail } from '../../aws/email.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { createReportSubscriptionStore } from '../../tables/report-subscriptions.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { sendReports as sendReportsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(sendReportsFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  analytics: createTokenAnalyticsStore(db),
  settings: createReportSettingsStore(db),
  subscriptions: createReportSubscriptionStore(db),
  sendMail: createEmail(settings.PURSER_ALERT_SENDER).sendMail,
});
