import { type LevelName, severityOf } from '../controls/thresholds.ts';
import type { AlertKind } from './alert.ts';
import type { AlertTarget } from './alert-channel.ts';
import { type AddressSetting, channelOf } from './channels/channels.ts';
import type { QuietHours } from './quiet-hours.ts';

/** Narrows the alerts that a channel takes. */
type ChannelFilter = {
  minimumLevel?: LevelName | undefined;
  /** All kinds when absent. */
  kinds?: AlertKind[] | undefined;
};

/** One channel with its addresses, and the alerts that it takes. */
export type ChannelSetting = ChannelFilter & AddressSetting;

/** Alerts up to a level are collected and sent together. */
export type DigestSetting = {
  every: 'hourly' | 'daily';
  maximumLevel: LevelName;
  /** For a daily digest: the hour of the day in `timeZone`. */
  hour: number;
  timeZone: string;
};

/** Which alerts about a scope are sent, when, and through which channels. */
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

/** Channels that take an alert of this level; none if the preferences exclude it. */
export function channelsFor(preferences: AlertPreferences, level: LevelName): ChannelSetting[] {
  const { enabled, minimumLevel, channels } = preferences;
  if (!enabled || severityOf(level) < severityOf(minimumLevel)) return [];
  return channels.filter(
    (setting) => severityOf(level) >= severityOf(setting.minimumLevel ?? minimumLevel),
  );
}

/** Every address that a channel's setting names. */
export const targetsOf = (setting: ChannelSetting): AlertTarget[] =>
  channelOf(setting.channel).targets(setting);

/** Whose alert preferences apply. */
export type PreferencesSource = 'scope' | 'organization' | 'builtin';
