import { invalidField } from '../../contracts/problem.ts';
import type { AlertChannel } from '../../domain/alerts/alert-channel.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { testAlertOf } from '../../domain/alerts/test-alert.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { AlertPreferencesManager } from './manage-alert-preferences.ts';
import type { AlertPublisher } from './raise-breaches.ts';

type Deps = {
  preferences: Pick<AlertPreferencesManager, 'get'>;
  alerts: AlertPublisher;
  audit: Pick<AuditLog, 'record'>;
};

type Asked = {
  target: ScopeRef;
  onlyChannel: AlertChannel | undefined;
  /** Of this caller's wish: asked again with the same key, nobody is told twice. */
  key: string;
};

/**
 * Sends a test the way every alert goes.
 * @throws ProblemError when the scope has no such channel, or is another organization's
 */
export async function sendTestAlert(
  deps: Deps,
  caller: { organizationId: string; actor: string },
  { target, onlyChannel, key }: Asked,
  nowMs: number,
): Promise<{ dedupKey: string; channels: AlertChannel[] }> {
  const { organizationId, actor } = caller;
  const preferences = await deps.preferences.get(organizationId, target);
  const dedupKey = ['test', organizationId, target.scope, target.scopeId, key].join('#');
  const { scope, scopeId } = target;
  const alert = testAlertOf({ ...caller, scope, scopeId, onlyChannel, dedupKey, atMs: nowMs });
  const routes = routeAlert(alert, preferences, nowMs);
  if (routes.length === 0) throw invalidField('channel', 'is not among the channels of this scope');
  await deps.audit.record({
    organizationId,
    actor,
    action: 'alerts.test',
    target: `${scope}/${scopeId}`,
    after: onlyChannel ?? 'all channels',
    atMs: nowMs,
  });
  await deps.alerts.publish(alert);
  return { dedupKey, channels: [...new Set(routes.map((route) => route.target.channel))] };
}
