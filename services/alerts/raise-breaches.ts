import type { Telemetry } from '../../contracts/telemetry.ts';
import { levelViewOf } from '../../contracts/thresholds.ts';
import { isNotice } from '../../domain/alerts/alerted-breach.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { type Breach, breachKeyText } from '../../domain/controls/breaches.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { measuredMembers } from '../../domain/controls/spend-unit.ts';
import { CONTROL_ACTIONS, type ControlAction } from '../../domain/controls/thresholds.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { RaisedBreach, ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';

export type RaisingDeps = {
  breaches: Pick<ThresholdBreachStore, 'raise'>;
  preferences: Pick<AlertingConfigStore, 'get'>;
  telemetry: Telemetry;
  now: () => number;
};

/** Number of breaches raised, and the ones that still need an alert. */
export type Raised = { raised: number; pending: RaisedBreach[] };

/**
 * Raises one scope's new breaches: records each with the action, and as pending if somebody wants to
 * be told. `tellBreaches` then sends the alert and marks it as sent. If the run crashes in between,
 * the monitor notices, so every alert goes out at least once.
 * @param inForce the scope's current restriction
 * @param keyId the credential of a user without levels of their own, who may be new
 */
export async function raiseBreaches(
  deps: RaisingDeps,
  organizationId: string,
  breaches: readonly Breach[],
  { inForce, keyId }: { inForce?: Restriction | undefined; keyId?: string | undefined } = {},
): Promise<Raised> {
  const pending: RaisedBreach[] = [];
  const [first] = breaches;
  if (!first) return { raised: 0, pending };
  const preferences = await preferencesInForce(deps.preferences, organizationId, first);
  let raised = 0;
  for (const breach of breaches) {
    const raisedAtMs = deps.now();
    const isOver = isNotice({ ...breach, raisedAtMs });
    const record: RaisedBreach = {
      ...breach,
      organizationId,
      raisedAtMs,
      executedAction: isOver ? 'alert' : carriedOut(breach, inForce),
      notification: 'pending',
      keyId,
    };
    const isWanted = routeAlert(breachAlertOf(record), preferences, raisedAtMs).length > 0;
    if (!isWanted) record.notification = 'suppressed';
    const isRaised = await deps.breaches.raise(record, actionOf(record));
    if (isRaised === undefined) deps.telemetry.warn('BREACH_CONFLICT', factsOf(record));
    if (!isRaised) continue;
    raised += 1;
    deps.telemetry.info('BREACH_RAISED', factsOf(record));
    if (isWanted) pending.push(record);
  }
  return { raised, pending };
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
