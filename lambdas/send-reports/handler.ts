import { sendReports, type SendReportsDeps } from '../../services/reporting/send-reports.ts';

/**
 * Scheduled every hour, a little after it began, when nearly all of the hour before is summed.
 * @throws Error when a report could not be sent, so that the function's error alarm goes off; it
 *   stays due, and the next run tries again
 */
export const createHandler = (deps: SendReportsDeps) => async (): Promise<void> => {
  const outcome = await sendReports(deps);
  deps.telemetry.info('REPORTS_SENT', outcome);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} reports were not sent`);
};
