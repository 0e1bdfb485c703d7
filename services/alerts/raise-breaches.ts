import type { Telemetry } from '../../contracts/telemetry.ts';
import { levelViewOf } from '../../contracts/thresholds.ts';
import { type AlertedBreach, isNotice } from '../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { type Breach, breachKeyText } from '../../domain/controls/breaches.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { measuredMembers } from '../../domain/controls/spend-unit.ts';
import { CONTROL_ACTIONS, type ControlAction } from '../../domain/controls/thresholds.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';
import {
  recipientsOf,
  tellBreaches,
  type TellingDeps,
  type TellingOutcome,
  type UntoldBreach,
} from './tell-breaches.ts';

export type RaisingDeps = TellingDeps & {
  breaches: ThresholdBreachStore;
  preferences: Pick<AlertingConfigStore, 'get'>;
  telemetry: Telemetry;
};

/** Number of breaches raised, and the ones that still need an alert. */
export type Raised = { raised: number; untold: UntoldBreach[] };

/**
 * An alert pending this long belongs to a run that died: no run outlives its function's timeout. A
 * newer one may be about to be sent.
 */
const PENDING_IS_STRANDED_MS = 300_000;
const MAX_STRANDED_PER_RUN = 500;

/**
 * Raises one scope's new breaches; `inForce` is the scope's current restriction, and its budgets
 * decide what the alerts advise. Records the breach
 * and the action. `tellBreaches` then sends the alert and marks it as sent. If the run crashes in
 * between, `sendStranded` sends it in a later run, so every alert goes out at least once.
 */
export async function raiseBreaches(
  deps: RaisingDeps,
  organizationId: string,
  breaches: readonly Breach[],
  { inForce, budgets }: Pick<AlertedBreach, 'budgets'> & { inForce?: Restriction | undefined } = {},
): Promise<Raised> {
  const untold: UntoldBreach[] = [];
  const [first] = breaches;
  if (!first) return { raised: 0, untold };
  const preferences = await preferencesInForce(deps.preferences, organizationId, first);
  let raised = 0;
  for (const breach of breaches) {
    const raisedAtMs = deps.now();
    const isOver = isNotice({ ...breach, raisedAtMs });
    const record: RaisedBreach & AlertedBreach = {
      ...breach,
      budgets,
      organizationId,
      raisedAtMs,
      executedAction: isOver ? 'alert' : carriedOut(breach, inForce),
      notification: 'pending',
    };
    const alert = breachAlertOf(record);
    const isWanted = routeAlert(alert, preferences, raisedAtMs).length > 0;
    if (!isWanted) record.notification = 'suppressed';
    const isRaised = await deps.breaches.raise(record, actionOf(record));
    if (isRaised === undefined) deps.telemetry.warn('BREACH_CONFLICT', factsOf(record));
    if (!isRaised) continue;
    raised += 1;
    deps.telemetry.info('BREACH_RAISED', factsOf(record));
    const recipients = recipientsOf(alert, preferences, raisedAtMs);
    if (isWanted) untold.push({ breach: record, recipients });
  }
  return { raised, untold };
}

/** Sends the alerts that an earlier run recorded but did not live to send. */
export async function sendStranded(deps: RaisingDeps): Promise<TellingOutcome> {
  const before = deps.now() - PENDING_IS_STRANDED_MS;
  const untold: UntoldBreach[] = [];
  let unread = 0;
  for (const breach of await deps.breaches.listPending(before, MAX_STRANDED_PER_RUN)) {
    try {
      const { organizationId } = breach;
      const preferences = await preferencesInForce(deps.preferences, organizationId, breach);
      const recipients = recipientsOf(breachAlertOf(breach), preferences, deps.now());
      untold.push({ breach, recipients });
    } catch (error) {
      // An unreadable breach must not stop the others or the monitor.
      deps.telemetry.error('ALERT_NOT_SENT', { error, ...factsOf(breach) });
      unread += 1;
    }
  }
  const { sent, failed } = await tellBreaches(deps, untold);
  return { sent, failed: failed + unread };
}

/** If a level requires more than what is in force, only its alert was carried out. */
function carriedOut({ level }: Breach, inForce: Restriction | undefined): ControlAction {
  const rank = (action: ControlAction): number => CONTROL_ACTIONS.indexOf(action);
  return inForce && rank(inForce.action) >= rank(level.action) ? level.action : 'alert';
}

const actionOf = (breach: RaisedBreach) => ({
  organizationId: breach.organizationId,
  scope: breach.scope,
  scopeId: breach.scopeId,
  spelling: breach.spelling,
  actionId: breachKeyText(breach),
  action: breach.executedAction,
  configuredAction: breach.level.action,
  actor: 'automatic',
  reason: `${breach.level.name} threshold reached in ${breach.period} ${breach.periodKey}`,
  evidence: {
    ...measuredMembers(breach, breach.spent, breach.limit),
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
