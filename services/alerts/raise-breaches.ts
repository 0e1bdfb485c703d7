import type { Telemetry } from '../../contracts/telemetry.ts';
import { levelViewOf } from '../../contracts/thresholds.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { type Breach, breachKeyText } from '../../domain/controls/breaches.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { CONTROL_ACTIONS, type ControlAction } from '../../domain/controls/thresholds.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';

/** Sends an alert to its channel; throws when it was not taken. */
export type AlertPublisher = { publish(alert: Alert): Promise<void> };

export type RaisingDeps = {
  breaches: ThresholdBreachStore;
  preferences: Pick<AlertingConfigStore, 'get'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
  now: () => number;
};

export type RaisingOutcome = { raised: number; sent: number; failed: number };

/**
 * An alert still pending for so long is one whose run died: no run lives longer (its function's
 * timeout), and a younger one may be about to send it.
 */
const PENDING_IS_STRANDED_MS = 300_000;
const MAX_STRANDED_PER_RUN = 500;

/**
 * Raises those breaches of one scope that were not raised before, and tells people; `inForce` is what
 * the scope is under by now. The breach and the action are recorded first, the alert is sent next,
 * and then marked as sent: a crash in between leaves it pending and `sendStranded` of a later run
 * sends it, so that every alert goes out at least once.
 */
export async function raiseBreaches(
  deps: RaisingDeps,
  organizationId: string,
  breaches: readonly Breach[],
  inForce?: Restriction,
): Promise<RaisingOutcome> {
  const outcome = { raised: 0, sent: 0, failed: 0 };
  for (const breach of breaches) {
    const wanted = await preferencesInForce(deps.preferences, organizationId, breach);
    const raised: RaisedBreach = {
      ...breach,
      organizationId,
      raisedAtMs: deps.now(),
      executedAction: carriedOut(breach, inForce),
      notification: 'pending',
    };
    const isWanted = routeAlert(breachAlertOf(raised), wanted, raised.raisedAtMs).length > 0;
    if (!isWanted) raised.notification = 'suppressed';
    const isRaised = await deps.breaches.raise(raised, actionOf(raised));
    if (isRaised === undefined) deps.telemetry.warn('BREACH_CONFLICT', factsOf(raised));
    if (!isRaised) continue;
    outcome.raised += 1;
    deps.telemetry.info('BREACH_RAISED', factsOf(raised));
    if (raised.notification === 'pending') {
      outcome[(await send(deps, raised)) ? 'sent' : 'failed'] += 1;
    }
  }
  return outcome;
}

/** Sends the alerts that a run before recorded and did not live to send. */
export async function sendStranded(deps: RaisingDeps): Promise<RaisingOutcome> {
  const outcome = { raised: 0, sent: 0, failed: 0 };
  const before = deps.now() - PENDING_IS_STRANDED_MS;
  for (const breach of await deps.breaches.listPending(before, MAX_STRANDED_PER_RUN)) {
    try {
      outcome[(await send(deps, breach)) ? 'sent' : 'failed'] += 1;
    } catch (error) {
      // One that cannot be marked or read keeps neither the others nor the monitor from going on.
      deps.telemetry.error('ALERT_NOT_SENT', { error, ...factsOf(breach) });
      outcome.failed += 1;
    }
  }
  return outcome;
}

async function send(deps: RaisingDeps, breach: RaisedBreach): Promise<boolean> {
  try {
    await deps.alerts.publish(breachAlertOf(breach));
  } catch (error) {
    deps.telemetry.error('ALERT_NOT_SENT', { error, ...factsOf(breach) });
    return false;
  }
  await deps.breaches.markNotified(breach, deps.now());
  return true;
}

/** Of a level that asks for more than is in force only the alert was carried out. */
function carriedOut({ level }: Breach, inForce: Restriction | undefined): ControlAction {
  const rank = (action: ControlAction): number => CONTROL_ACTIONS.indexOf(action);
  return inForce && rank(inForce.action) >= rank(level.action) ? level.action : 'alert';
}

const actionOf = (breach: RaisedBreach) => ({
  organizationId: breach.organizationId,
  scope: breach.scope,
  scopeId: breach.scopeId,
  actionId: breachKeyText(breach),
  action: breach.executedAction,
  configuredAction: breach.level.action,
  actor: 'automatic',
  reason: `${breach.level.name} threshold reached in ${breach.period} ${breach.periodKey}`,
  evidence: {
    spentUsd: formatUsd(breach.spentNanoUsd),
    limitUsd: formatUsd(breach.limitNanoUsd),
    threshold: levelViewOf(breach.level),
  },
  atMs: breach.raisedAtMs,
});

const factsOf = (breach: RaisedBreach) => ({
  organizationId: breach.organizationId,
  scope: breach.scope,
  scopeId: breach.scopeId,
  threshold: breach.level.name,
  period: breach.period,
  periodKey: breach.periodKey,
});
