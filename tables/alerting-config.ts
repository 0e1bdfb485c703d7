import { ALERT_KINDS } from '../domain/alerts/alert.ts';
import { ALERT_CHANNELS } from '../domain/alerts/alert-channel.ts';
import type { AlertPreferences, ChannelSetting } from '../domain/alerts/alert-preferences.ts';
import { LEVEL_NAMES } from '../domain/controls/thresholds.ts';
import { canonicalScope, isScope, type ScopeRef } from '../domain/scopes.ts';
import { flag, list, mapped, number, optional, present, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { type Fingerprint, fingerprintKeyOf, fingerprintsOf } from './fingerprint.ts';
import { queryAll } from './query-all.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * Configured alert preferences. Access patterns: read the preferences of one scope, or of all in
 * an organization; replace them.
 */
export const alertingConfigTable = defineTable({
  name: 'alerting-config',
  isConfidential: true,
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

const channelFields = fields({
  channel: words(ALERT_CHANNELS),
  minimumLevel: optional(words(LEVEL_NAMES)),
  kinds: optional(list(words(ALERT_KINDS))),
  to: optional(list(text)),
  url: optional(text),
  secret: optional(text),
  routingKey: optional(text),
});

const channelSetting = mapped(channelFields, settingOf, (setting: ChannelSetting) => setting);

/** Items from before channels had settings contain only the channel's name. */
const channel: typeof channelSetting = {
  ...channelSetting,
  shape: ['text or', channelSetting.shape],
  decode: (stored) =>
    typeof stored === 'string' ? { channel: 'email' } : channelSetting.decode(stored),
};

export const preferencesCodec = itemCodec(alertingConfigTable, 'preferences', {
  enabled: flag,
  minimumLevel: words(LEVEL_NAMES),
  channels: list(channel),
  quietHours: optional(
    fields({ from: text, to: text, timeZone: text, exceptLevel: words(LEVEL_NAMES) }),
  ),
  digest: optional(
    fields({
      every: words(['hourly', 'daily']),
      maximumLevel: words(LEVEL_NAMES),
      hour: number,
      timeZone: text,
    }),
  ),
});

function settingOf({
  channel: name,
  minimumLevel,
  kinds,
  to,
  url,
  secret,
  routingKey,
}: ReturnType<typeof channelFields.decode>): ChannelSetting {
  const filter = {
    ...(minimumLevel === undefined ? {} : { minimumLevel }),
    ...(kinds === undefined ? {} : { kinds }),
  };
  switch (name) {
    case 'email':
      return { channel: name, ...(to === undefined ? {} : { to }), ...filter };
    case 'sms':
      return { channel: name, to: present('to', to), ...filter };
    case 'webhook':
      return {
        channel: name,
        url: present('url', url),
        secret: present('secret', secret),
        ...filter,
      };
    case 'slack':
      return { channel: name, url: present('url', url), ...filter };
    case 'pagerduty':
      return { channel: name, routingKey: present('routingKey', routingKey), ...filter };
  }
}

export type AlertingConfigStore = ReturnType<typeof createAlertingConfigStore>;

export function createAlertingConfigStore(db: DynamoDb) {
  return {
    /** The preferences configured for a scope, or `undefined`. */
    async get(organizationId: string, scope: ScopeRef): Promise<AlertPreferences | undefined> {
      const item = await db.get({
        table: alertingConfigTable.name,
        key: keyOf(organizationId, scope),
      });
      return item && preferencesCodec.decode(item);
    },

    /** Every scope of an organization that has preferences of its own, at most `limit`. */
    async listOwn(
      organizationId: string,
      limit: number,
    ): Promise<(ScopeRef & { preferences: AlertPreferences })[]> {
      const query = {
        table: alertingConfigTable.name,
        condition: 'organizationId = :organizationId',
        values: { ':organizationId': organizationId },
      };
      const items = await queryAll(db, query, limit);
      return items.slice(0, limit).flatMap((item) => {
        const key = String(item['scopeKey']);
        const scope = key.slice(0, key.indexOf('#'));
        const scopeId = key.slice(scope.length + 1);
        return isScope(scope)
          ? [{ scope, scopeId, preferences: preferencesCodec.decode(item) }]
          : [];
      });
    },

    /** A scope's preferences, the write that replaces them, and fingerprints of their addresses. */
    async replacement(
      organizationId: string,
      scope: ScopeRef,
      preferences: AlertPreferences,
    ): Promise<Replacement<AlertPreferences> & { fingerprint: Fingerprint }> {
      const key = keyOf(organizationId, scope);
      const { before, write } = await replacementOf(db, alertingConfigTable.name, key, (was) => ({
        ...preferencesCodec.encode(preferences),
        ...fingerprintKeyOf(was),
      }));
      return {
        before: before && preferencesCodec.decode(before),
        write,
        fingerprint: fingerprintsOf(write.item),
      };
    },
  };
}

/** All forms of a model share preferences. */
function keyOf(organizationId: string, ref: ScopeRef) {
  const { scope, scopeId } = canonicalScope(ref);
  return { organizationId, scopeKey: `${scope}#${scopeId}` };
}
