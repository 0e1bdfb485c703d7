import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import type { AlertChannel } from '../../domain/alerts/alert-channel.ts';
import {
  endOfHour,
  TESTS_PER_ADDRESS,
  TESTS_PER_ORGANIZATION,
  testAllowances,
} from '../../domain/alerts/allowances.ts';
import { routeAlert } from '../../domain/alerts/route-alert.ts';
import { testAlertOf } from '../../domain/alerts/test-alert.ts';
import type { SpelledScope } from '../../domain/scopes.ts';
import type { AlertAllowanceStore } from '../../tables/alert-allowances.ts';
import { deliveryIdOf } from '../../tables/alert-deliveries.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import { invalidField, ServiceError, unavailable } from '../errors.ts';
import type { AlertPreferencesManager } from './manage-alert-preferences.ts';
import type { AlertPublisher } from './alert-publisher.ts';

type Deps = {
  preferences: Pick<AlertPreferencesManager, 'get'>;
  alerts: AlertPublisher;
  allowances: AlertAllowanceStore;
  audit: Pick<AuditLog, 'record'>;
};

type Asked = {
  target: SpelledScope;
  onlyChannel: AlertChannel | undefined;
  /** Identifies this request. Repeating it with the same key notifies nobody twice. */
  key: string;
};

/**
 * Sends a test the way any alert is sent: at most 5 an hour to one address and 20 for an
 * organization.
 * @throws ServiceError if the scope lacks that channel or belongs to another organization;
 *   `too-many-requests` with the time until the next test is allowed
 */
export async function sendTestAlert(
  deps: Deps,
  { organizationId, actor, nowMs }: Call,
  { target, onlyChannel, key }: Asked,
): Promise<{ dedupKey: string; channels: AlertChannel[] }> {
  const preferences = await deps.preferences.get(organizationId, target);
  const dedupKey = ['test', organizationId, target.scope, target.scopeId, key].join('#');
  const { scope, scopeId } = target;
  const alert = testAlertOf({
    organizationId,
    actor,
    ...target,
    onlyChannel,
    dedupKey,
    atMs: nowMs,
  });
  const routes = routeAlert(alert, preferences, nowMs);
  if (routes.length === 0) throw invalidField('channel', 'is not configured for this scope');
  const to = routes.map(({ target: address }) => deliveryIdOf(alert, address).to);
  await useTest(deps, { organizationId, nowMs }, to);
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

/** Addresses may belong to third parties, so the test is counted before it is sent. */
async function useTest(
  { allowances }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  to: readonly string[],
): Promise<void> {
  for (const allowance of testAllowances(to)) {
    const used = await allowances.use(organizationId, allowance, nowMs);
    if (used === 'used') continue;
    if (used === 'conflict') {
      throw unavailable('Other test alerts are being sent. Retry in a second.', 1_000);
    }
    const retryAfterMs = endOfHour(nowMs) - nowMs;
    throw new ServiceError(
      { kind: 'too-many-requests' },
      `Purser sends at most ${TESTS_PER_ADDRESS} test alerts per hour to one address and ${TESTS_PER_ORGANIZATION} per organization. Retry in ${Math.ceil(retryAfterMs / 1_000)} seconds.`,
      { retryAfterMs },
    );
  }
}
