import { createKeyManager } from '../services/access/manage-keys.ts';
import { createApiKeyStore } from '../tables/api-keys.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { changeServices } from './changes.ts';
import type { World } from './world.ts';

/**
 * Manages API keys.
 * @param world.environment appears in each key's text, so that a key is not tried in another
 *   deployment
 */
export function keyServices(
  db: DynamoDb,
  world: Pick<World, 'telemetry' | 'randomBytes'> & { environment: string },
) {
  const { sentKeys, audit } = changeServices(db, world);
  return {
    sentKeys,
    manager: createKeyManager({
      keys: createApiKeyStore(db),
      audit,
      environment: world.environment,
      randomBytes: world.randomBytes,
    }),
  };
}

/** Verifies API keys and reads how an organization spells its IDs. */
export const credentialServices = (db: DynamoDb) => ({
  keys: createApiKeyStore(db),
  settings: createOrganizationSettingsStore(db),
});
