import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { alertEndOf } from '../../domain/alerts/alert-end.ts';
import { channelOf } from '../../domain/alerts/channels/channels.ts';
import { type Allowance, allowanceOf, endOfHour } from '../../domain/alerts/allowances.ts';
import type { AlertChannel, AlertTarget } from '../../domain/alerts/alert-channel.ts';
import { type AlertRoute, routeAlert } from '../../domain/alerts/route-alert.ts';
import type { AlertAllowanceStore } from '../../tables/alert-allowances.ts';
import {
  type AlertDeliveryStore,
  type DeliveryId,
  deliveryIdOf,
} from '../../tables/alert-deliveries.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import { preferencesInForce } from './manage-alert-preferences.ts';
import type { AlertSender } from './send-alert.ts';

export type DeliveryDeps = {
  preferences: Pick<AlertingConfigStore, 'get'>;
  deliveries: AlertDeliveryStore;
  allowances: AlertAllowanceStore;
  send: AlertSender;
  telemetry: Telemetry;
  now: () => number;
};

/**
 * Delivers an alert once to every address that wants it, even if the alert arrives twice or another
 * channel fails. Alerts over an address's hourly allowance wait for one digest at the end of the
 * hour.
 * @throws Error naming the failed channels, after trying all of them
 */
export async function deliverAlert(deps: DeliveryDeps, alert: Alert): Promise<void> {
  const preferences = await preferencesInForce(deps.preferences, alert.organizationId, alert);
  const routes = routeAlert(alert, preferences, deps.now());
  const failed = await Promise.all(routes.map((route) => deliverBy(deps, alert, route)));
  const channels = failed.filter((channel) => channel !== undefined);
  if (channels.length > 0) throw new Error(`not delivered by ${channels.join(', ')}`);
}

/** @returns the channel if it failed */
async function deliverBy(
  deps: DeliveryDeps,
  alert: Alert,
  { target, when }: AlertRoute,
): Promise<AlertChannel | undefined> {
  const id = deliveryIdOf(alert, target);
  if (when !== 'now') {
    await deps.deliveries.hold({ ...id, channel: target.channel, alert }, when.digestAtMs);
    return undefined;
  }
  const allowance = allowanceOf(alert, target, id.to);
  const outcome = await sendOnce(deps, alert, { target, id, allowance });
  if (outcome === 'sent') await holdEnd(deps, alert, target);
  if (outcome === 'sent') deps.telemetry.metric('AlertDelay', deps.now() - alert.atMs);
  return outcome === 'failed' ? target.channel : undefined;
}

/** A pager hears of the end when it comes; `send-digests` tells it. */
async function holdEnd(
  { deliveries }: DeliveryDeps,
  alert: Alert,
  target: AlertTarget,
): Promise<void> {
  const { channel } = target;
  if (alert.endsAtMs === undefined || !channelOf(channel).isPager) return;
  const end = alertEndOf(alert, 'its time is over', alert.endsAtMs);
  await deliveries.hold({ ...deliveryIdOf(end, target), channel, alert: end }, alert.endsAtMs);
}

/**
 * Sends an alert to an address unless it was already sent or the hourly allowance is used up.
 * Reports failure while another run is sending it, because that run may still fail.
 */
export async function sendOnce(
  { deliveries, allowances, send, telemetry, now }: DeliveryDeps,
  alert: Alert,
  { target, id, allowance }: { target: AlertTarget; id: DeliveryId; allowance?: Allowance },
): Promise<'sent' | 'held' | 'done' | 'failed'> {
  const { channel } = target;
  const claim = await deliveries.claim(id, now());
  if (claim !== 'claimed') return claim === 'done' ? 'done' : 'failed';
  const { organizationId } = alert;
  const usedAtMs = now();
  if (allowance && (await allowances.use(organizationId, [allowance], usedAtMs)) !== 'used') {
    await deliveries.settle(id, 'failed', now());
    await deliveries.hold({ ...id, channel, alert }, endOfHour(now()));
    telemetry.info('ALERT_HELD', { channel, ...factsOf(alert) });
    return 'held';
  }
  try {
    await send(target, alert);
  } catch (error) {
    telemetry.error('ALERT_CHANNEL_FAILED', { error, channel, ...factsOf(alert) });
    if (allowance) await allowances.giveBack(organizationId, allowance, usedAtMs);
    await deliveries.settle(id, 'failed', now());
    return 'failed';
  }
  await deliveries.settle(id, 'sent', now());
  telemetry.info('ALERT_DELIVERED', { channel, ...factsOf(alert) });
  telemetry.metric('AlertsDelivered', 1, { Channel: channel });
  return 'sent';
}

const factsOf = ({ organizationId, scope, scopeId, kind, severity }: Alert) => ({
  organizationId,
  scope,
  scopeId,
  kind,
  severity,
});
