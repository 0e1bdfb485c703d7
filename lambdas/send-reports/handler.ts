import { sendReports, type SendReportsDeps } from '../../services/reporting/send-reports.ts';

/**
 * Sends due reports shortly after every full hour, when nearly all of the previous hour is
 * aggregated.
 * @throws Error if a report could not be sent, so that the function's error alarm goes off; it
 *   stays due, and the next run retries
 */
export const createHandler = (deps: SendReportsDeps) => async (): Promise<void> => {
  const outcome = await sendReports(deps);
  deps.telemetry.info('REPORTS_SENT', outcome);
  if (outcome.failed > 0) throw new Error(`${outcome.failed} reports were not sent`);
};
