import { type LevelName, severityOf } from '../controls/thresholds.ts';
import type { AlertKind } from './alert.ts';
import { type AlertTarget, SUBSCRIBERS } from './alert-channel.ts';
import type { QuietHours } from './quiet-hours.ts';

/** Which alerts a channel takes of those that the preferences want at all. */
type ChannelFilter = {
  minimumLevel?: LevelName | undefined;
  /** All kinds when absent. */
  kinds?: AlertKind[] | undefined;
};

/** One way to people, and what goes by it. E-mail without `to` goes to the topic's subscribers. */
export type ChannelSetting = ChannelFilter &
  (
    | { channel: 'email'; to?: string[] | undefined }
    | { channel: 'sms'; to: string[] }
    | { channel: 'webhook'; url: string; secret: string }
    | { channel: 'slack'; url: string }
    | { channel: 'pagerduty'; routingKey: string }
  );

/** Alerts up to a level are collected and told together. */
export type DigestSetting = {
  every: 'hourly' | 'daily';
  maximumLevel: LevelName;
  /** Of a daily digest: the hour of the day in `timeZone`. */
  hour: number;
  timeZone: string;
};

/** Which alerts about a scope are sent, when, and by what ways. */
export type AlertPreferences = {
  enabled: boolean;
  minimumLevel: LevelName;
  channels: ChannelSetting[];
  quietHours?: QuietHours | undefined;
  digest?: DigestSetting | undefined;
};

export const DEFAULT_ALERT_PREFERENCES: AlertPreferences = {
  enabled: true,
  minimumLevel: 'warning',
  channels: [{ channel: 'email' }],
};

/** Channels by which an alert of this level may go out; none where it is not wanted. */
export function channelsFor(preferences: AlertPreferences, level: LevelName): ChannelSetting[] {
  const { enabled, minimumLevel, channels } = preferences;
  if (!enabled || severityOf(level) < severityOf(minimumLevel)) return [];
  return channels.filter(
    (setting) => severityOf(level) >= severityOf(setting.minimumLevel ?? minimumLevel),
  );
}

/** Every address of a channel. */
export function targetsOf(setting: ChannelSetting): AlertTarget[] {
  const { channel } = setting;
  switch (channel) {
    case 'email':
      return (setting.to ?? [SUBSCRIBERS]).map((address) => ({ channel, address }));
    case 'sms':
      return setting.to.map((address) => ({ channel, address }));
    case 'webhook':
      return [{ channel, address: setting.url, secret: setting.secret }];
    case 'slack':
      return [{ channel, address: setting.url }];
    case 'pagerduty':
      return [{ channel, address: setting.routingKey }];
  }
}
