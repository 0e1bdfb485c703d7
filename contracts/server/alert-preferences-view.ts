import { createHash } from 'node:crypto';
import type * as z from 'zod';
import type { AlertPreferences, ChannelSetting } from '../../domain/alerts/alert-preferences.ts';
import { channelOf } from '../../domain/alerts/channels/channels.ts';
import type { ThresholdSource } from '../../domain/controls/thresholds.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { channelView } from '../alert-channels.ts';
import type { alertPreferencesView } from '../alert-preferences.ts';

/** Preferences as they are shown and audited: without any secret. */
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

/** A channel without its secrets; e-mail to the subscribers without a filter is shown as its name. */
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

/** The preferences of a scope; without addresses for those who do not keep them. */
export function scopePreferencesViewOf(
  { scope, scopeId }: ScopeRef,
  preferences: AlertPreferences & { source: ThresholdSource },
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

/** A channel as it is shown to those who do not keep it: what it is, not where it leads. */
const withoutAddress = (view: z.output<typeof channelView>): z.output<typeof channelView> => {
  if (view === 'email') return view;
  const { to: _to, host: _host, secretFingerprint: _fingerprint, ...shown } = view;
  return shown;
};

/** Too short to find the secret by. */
const FINGERPRINT_CHARACTERS = 4;

const fingerprintOf = (secrets: readonly string[]) => ({
  secretFingerprint: createHash('sha256')
    .update(secrets.join('\n'))
    .digest('hex')
    .slice(-FINGERPRINT_CHARACTERS),
});
