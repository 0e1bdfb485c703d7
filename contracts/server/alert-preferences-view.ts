import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { AlertPreferences, ChannelSetting } from '../../domain/alerts/alert-preferences.ts';
import { channelOf } from '../../domain/alerts/channels/channels.ts';
import type { PreferencesSource } from '../../domain/alerts/alert-preferences.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { channelView } from '../alert-channels.ts';
import type { alertPreferencesView } from '../alert-preferences.ts';

/** Preferences as responses and the audit log show them, without secrets. */
export const alertPreferencesViewOf = ({
  enabled,
  minimumLevel,
  channels,
  quietHours,
  digest,
}: AlertPreferences) => ({
  enabled,
  minimumLevel,
  channels: channels.map(channelViewOf),
  ...(quietHours ? { quietHours } : {}),
  ...(digest ? { digest } : {}),
});

/**
 * A channel without its secrets. E-mail to subscribers without filters is shown as just its name.
 */
function channelViewOf(setting: ChannelSetting): z.output<typeof channelView> {
  const { channel, minimumLevel, kinds } = setting;
  const { secrets, ...address } = channelOf(channel).shows(setting);
  const isBare = minimumLevel === undefined && kinds === undefined;
  if (channel === 'email' && isBare && !address.to) return channel;
  return {
    channel,
    ...(minimumLevel === undefined ? {} : { minimumLevel }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(secrets ? fingerprintOf(secrets) : {}),
    ...address,
  };
}

/** A scope's preferences. Callers who do not maintain them see no addresses. */
export function scopePreferencesViewOf(
  { scope, scopeId }: ScopeRef,
  preferences: AlertPreferences & { source: PreferencesSource },
  showsAddresses: boolean,
): z.output<typeof alertPreferencesView> {
  const { channels, ...shown } = alertPreferencesViewOf(preferences);
  return {
    scope,
    scopeId,
    source: preferences.source,
    ...shown,
    channels: showsAddresses ? channels : channels.map(withoutAddress),
  };
}

/** A channel for callers who do not maintain it: its type, but not its addresses. */
const withoutAddress = (view: z.output<typeof channelView>): z.output<typeof channelView> => {
  if (view === 'email') return view;
  const { to: _to, host: _host, secretFingerprint: _fingerprint, ...shown } = view;
  return shown;
};

/** Too short to find the secret by trial. */
const FINGERPRINT_CHARACTERS = 4;

const fingerprintOf = (secrets: readonly string[]) => ({
  secretFingerprint: createHash('sha256')
    .update(secrets.join('\n'))
    .digest('hex')
    .slice(-FINGERPRINT_CHARACTERS),
});
