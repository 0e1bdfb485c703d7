import { watchCosts, type WatchDeps } from '../../services/controls/watch-costs.ts';

/**
 * Scheduled every 15 minutes: compares spend with thresholds.
 * @throws Error when an organization could not be watched or an alert not sent, so that the
 *   function's error alarm goes off; what was done stays done, the rest is done by the next run
 */
export const createHandler = (deps: WatchDeps) => async (): Promise<void> => {
  const { telemetry } = deps;
  const outcome = await watchCosts(deps);
  telemetry.metric('MonitorRuns', 1);
  telemetry.metric('MonitorDuration', outcome.durationMs);
  telemetry.metric('OrganizationsWatched', outcome.organizationsSeen);
  telemetry.metric('BreachesRaised', outcome.breachesRaised);
  telemetry.info('COSTS_WATCHED', outcome);
  if (outcome.organizationsFailed > 0 || outcome.alertsFailed > 0) {
    throw new Error(
      `${outcome.organizationsFailed} organizations were not reviewed, ` +
        `${outcome.alertsFailed} alerts were not sent; see the log`,
    );
  }
};
