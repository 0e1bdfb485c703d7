import { staleCardCount } from '../../domain/pricing/built-in-cards.ts';
import { watchCosts, type WatchDeps } from '../../services/controls/watch-costs.ts';

/**
 * Compares spend with thresholds every 15 minutes.
 * @throws Error if an organization could not be monitored or an alert not sent, so that the
 *   function's error alarm goes off; completed work stays, and the next run does the rest
 */
export const createHandler = (deps: WatchDeps) => async (): Promise<void> => {
  const { telemetry } = deps;
  const outcome = await watchCosts(deps);
  telemetry.metric('MonitorRuns', 1);
  telemetry.metric('BreachesRaised', outcome.breachesRaised);
  telemetry.metric('StalePrices', staleCardCount(deps.now()));
  telemetry.info('COSTS_WATCHED', outcome);
  if (outcome.organizationsFailed > 0 || outcome.alertsFailed > 0) {
    throw new Error(
      `${outcome.organizationsFailed} organizations were not reviewed, ` +
        `${outcome.alertsFailed} alerts were not sent; see the log`,
    );
  }
};
