import type { Call } from '../domain/access/caller.ts';
import type { FlagSetting } from '../domain/flags/flag.ts';
import { settingAtFirst } from '../domain/flags/flag-set.ts';
import { FLAG_NAMES, type FlagName, isFlagName } from '../domain/flags/known-flags.ts';
import type { AuditLog } from '../tables/audit-log/audit-log.ts';
import type { FeatureFlagStore } from '../tables/feature-flags.ts';
import { notFound } from './errors.ts';

type Deps = { flags: FeatureFlagStore; audit: Pick<AuditLog, 'change'> };

export type FlagInForce = {
  name: FlagName;
  source: 'organization' | 'builtin';
  setting: FlagSetting;
};

export type FlagManager = ReturnType<typeof createFlagManager>;

/** Manages flags. Audits every change. */
export function createFlagManager({ flags, audit }: Deps) {
  async function list(organizationId: string): Promise<FlagInForce[]> {
    const own = await flags.list(organizationId);
    return FLAG_NAMES.map((name) => {
      const setting = own.get(name);
      return {
        name,
        source: setting ? 'organization' : 'builtin',
        setting: setting ?? settingAtFirst(name),
      };
    });
  }

  return {
    list,

    /** @throws ServiceError `not-found` for an unknown flag */
    async get(organizationId: string, name: string): Promise<FlagInForce> {
      const flagName = requireKnown(name);
      const setting = (await list(organizationId)).find((flag) => flag.name === flagName);
      if (!setting) throw new Error(`flag ${flagName} is not listed`);
      return setting;
    },

    /** @throws ServiceError `not-found` for an unknown flag */
    async put(
      { organizationId, actor, nowMs }: Call,
      name: string,
      setting: FlagSetting,
    ): Promise<FlagInForce> {
      const flagName = requireKnown(name);
      await audit.change(async () => {
        const { before, write } = await flags.replacement(organizationId, flagName, setting);
        const entry = {
          organizationId,
          actor,
          action: 'flag.put',
          target: flagName,
          ...(before ? { before: auditFacts(before) } : {}),
          after: auditFacts(setting),
          atMs: nowMs,
        };
        return { entries: [entry], writes: [write] };
      });
      return { name: flagName, source: 'organization', setting };
    },
  };
}

function requireKnown(name: string): FlagName {
  if (isFlagName(name)) return name;
  throw notFound(`Flag ${name} was not found. The flags are ${FLAG_NAMES.join(', ')}.`);
}

const auditFacts = ({ overrides, ...setting }: FlagSetting) => ({
  ...setting,
  overrides: overrides.map((override) => ({ ...override })),
});
