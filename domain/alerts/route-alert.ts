import { severityOf } from '../controls/thresholds.ts';
import type { Alert } from './alert.ts';
import { endsIncident } from './alert-end.ts';
import type { AlertTarget } from './alert-channel.ts';
import {
  type AlertPreferences,
  channelsFor,
  type ChannelSetting,
  type DigestSetting,
  targetsOf,
} from './alert-preferences.ts';
import { channelOf } from './channels/channels.ts';
import { nextLocalTime } from '../local-time.ts';
import { afterQuietHours } from './quiet-hours.ts';

/** `digestAtMs` sends the alert at that time, combined with everything else due at that address. */
export type AlertRoute = { target: AlertTarget; when: 'now' | { digestAtMs: number } };

const HOUR_MS = 3_600_000;

/**
 * Where an alert goes, and when. Pagers never wait: they have their own schedules, and the end of
 * an incident must arrive after its beginning. A test goes through every channel at once.
 */
export function routeAlert(
  alert: Alert,
  preferences: AlertPreferences,
  nowMs: number,
): AlertRoute[] {
  const targets = settingsFor(alert, preferences)
    .filter(({ channel }) => (alert.onlyChannel ?? channel) === channel)
    .flatMap(targetsOf);
  const routes = new Map(
    targets.map((target): [string, AlertRoute] => {
      const when = whenOf(alert, target, preferences, nowMs);
      return [`${target.channel} ${target.address}`, { target, when }];
    }),
  );
  return [...routes.values()];
}

function settingsFor(alert: Alert, preferences: AlertPreferences): ChannelSetting[] {
  if (alert.kind === 'test') return preferences.channels;
  const said = alert.alsoSaidBy ? takenBy(alert.alsoSaidBy, preferences) : [];
  const accepted = takenBy(alert, preferences).filter((setting) => !said.includes(setting));
  if (!endsIncident(alert)) return accepted;
  // Pagers get every end, because what ends mildly may have opened an incident when it was graver.
  const pagers = takenBy({ kind: alert.kind, severity: 'emergency' }, preferences).filter(
    ({ channel }) => channelOf(channel).isPager,
  );
  return alert.isEnd ? pagers : [...accepted, ...pagers];
}

const takenBy = (
  { kind, severity }: Pick<Alert, 'kind' | 'severity'>,
  preferences: AlertPreferences,
): ChannelSetting[] =>
  channelsFor(preferences, severity).filter(
    ({ kinds }) => kinds === undefined || kinds.some((name) => name === kind),
  );

function whenOf(
  { kind, severity }: Alert,
  { channel }: AlertTarget,
  { quietHours, digest }: AlertPreferences,
  nowMs: number,
): AlertRoute['when'] {
  if (kind === 'test' || channelOf(channel).isPager) return 'now';
  const isCollected = digest && severityOf(severity) <= severityOf(digest.maximumLevel);
  const digestAtMs = afterQuietHours(
    quietHours,
    severity,
    isCollected ? nextDigest(digest, nowMs) : nowMs,
  );
  return digestAtMs > nowMs ? { digestAtMs } : 'now';
}

function nextDigest({ every, hour, timeZone }: DigestSetting, nowMs: number): number {
  if (every === 'hourly') return (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS;
  return nextLocalTime(nowMs, `${String(hour).padStart(2, '0')}:00`, timeZone);
}
