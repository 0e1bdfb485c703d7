import { createDirectory } from '../services/members/directory.ts';
import { createDirectoryManager } from '../services/members/manage-directory.ts';
import { createDisplayNameManager } from '../services/members/manage-display-names.ts';
import { createDefaultsManager } from '../services/members/manage-defaults.ts';
import { createControlStore } from '../tables/auto-control-config.ts';
import { createCostThresholdStore } from '../tables/cost-thresholds.ts';
import { createDisplayNameStore } from '../tables/display-names.ts';
import { createDirectoryStore } from '../tables/directory.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { createBudgetStore } from '../tables/ledger/budgets.ts';
import { createWalletStore } from '../tables/ledger/wallets.ts';
import { createMemberDefaultsStore } from '../tables/member-defaults.ts';
import { createOrganizationSettingsStore } from '../tables/organization-settings.ts';
import { applyingLimit } from './applying-limit.ts';
import { nameReading } from './display-names.ts';
import { changeServices } from './changes.ts';
import { analyticsStore } from './usage-stores.ts';
import { type World, WITHOUT_ENTRIES } from './world.ts';

/** Manages the defaults for members. */
export function defaultsServices(db: DynamoDb, world: Pick<World, 'telemetry' | 'entryShards'>) {
  const { sentKeys, audit } = changeServices(db, world);
  const budgets = createBudgetStore(db);
  // A new limit moves money between wallets but writes no entry that could expire.
  const wallets = createWalletStore(db, WITHOUT_ENTRIES);
  const manager = createDefaultsManager({
    defaults: createMemberDefaultsStore(db),
    budgets,
    applying: { books: budgets, wallets, telemetry: world.telemetry },
    thresholds: createCostThresholdStore(db),
    census: applyingLimit(db),
    audit,
    controls: createControlStore(db),
    analytics: analyticsStore(db, world),
  });
  return { sentKeys, manager };
}

/** Manages the directory of users. */
export function directoryServices(db: DynamoDb, world: Pick<World, 'now' | 'telemetry'>) {
  const { sentKeys, audit } = changeServices(db, world);
  const manager = createDirectoryManager({
    users: createDirectoryStore(db),
    settings: createOrganizationSettingsStore(db),
    audit,
  });
  const nameManager = createDisplayNameManager({ names: createDisplayNameStore(db), audit });
  return { sentKeys, manager, nameManager, ...nameReading(db, world) };
}

/** Places requests in the departments of their users. */
export const placingServices = (db: DynamoDb, { now }: Pick<World, 'now'>) => ({
  directory: createDirectory({
    users: createDirectoryStore(db),
    settings: createOrganizationSettingsStore(db),
    now,
  }),
});
