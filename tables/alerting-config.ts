import type {
  AlertPreferences,
  ChannelSetting,
  DigestSetting,
} from '../domain/alerts/alert-preferences.ts';
import type { QuietHours } from '../domain/alerts/quiet-hours.ts';
import type { LevelName } from '../domain/controls/thresholds.ts';
import { canonicalScope, type ScopeRef } from '../domain/scopes.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { type Fingerprint, fingerprintKeyOf, fingerprintsOf } from './fingerprint.ts';
import { type Replacement, replacementOf } from './replacement.ts';

/**
 * Alert preferences that somebody configured. Access patterns: the preferences of one scope;
 * replace them.
 */
export const alertingConfigTable = defineTable({
  name: 'alerting-config',
  isConfidential: true,
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

export type AlertingConfigStore = ReturnType<typeof createAlertingConfigStore>;

export function createAlertingConfigStore(db: DynamoDb) {
  return {
    /** The preferences configured for a scope, or `undefined`. */
    async get(organizationId: string, scope: ScopeRef): Promise<AlertPreferences | undefined> {
      const item = await db.get({
        table: alertingConfigTable.name,
        key: keyOf(organizationId, scope),
      });
      return item && parse(item);
    },

    /** The preferences that a scope has, the write that replaces them, and how to tell of addresses. */
    async replacement(
      organizationId: string,
      scope: ScopeRef,
      preferences: AlertPreferences,
    ): Promise<Replacement<AlertPreferences> & { fingerprint: Fingerprint }> {
      const key = keyOf(organizationId, scope);
      const { before, write } = await replacementOf(db, alertingConfigTable.name, key, (was) => ({
        ...preferences,
        ...fingerprintKeyOf(was),
      }));
      return { before: before && parse(before), write, fingerprint: fingerprintsOf(write.item) };
    },
  };
}

/** A model's preferences are those of its every form. */
function keyOf(organizationId: string, ref: ScopeRef) {
  const { scope, scopeId } = canonicalScope(ref);
  return { organizationId, scopeKey: `${scope}#${scopeId}` };
}

function parse(item: Item): AlertPreferences {
  const digest = item['digest'] as Item | undefined;
  return {
    enabled: item['enabled'] as boolean,
    minimumLevel: item['minimumLevel'] as LevelName,
    channels: (item['channels'] as (string | ChannelSetting)[]).map(channelOf),
    quietHours: item['quietHours'] as QuietHours | undefined,
    digest: digest && ({ ...digest, hour: Number(digest['hour']) } as DigestSetting),
  };
}

/** Before channels had settings, only the name of the one there was had been stored. */
const channelOf = (stored: string | ChannelSetting): ChannelSetting =>
  typeof stored === 'string' ? { channel: 'email' } : stored;
