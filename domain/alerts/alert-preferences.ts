import { type LevelName, severityOf } from '../controls/thresholds.ts';
import type { AlertChannel } from './alert-channel.ts';

/** Which alerts about a scope are sent, and by what way. */
export type AlertPreferences = {
  enabled: boolean;
  minimumLevel: LevelName;
  channels: AlertChannel[];
};

export const DEFAULT_ALERT_PREFERENCES: AlertPreferences = {
  enabled: true,
  minimumLevel: 'warning',
  channels: ['email'],
};

/** Channels by which an alert of this level goes out; none where it is not wanted. */
export function channelsFor(preferences: AlertPreferences, level: LevelName): AlertChannel[] {
  const wanted = preferences.enabled && severityOf(level) >= severityOf(preferences.minimumLevel);
  return wanted ? preferences.channels : [];
}
