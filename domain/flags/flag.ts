import { isReached } from '../rollout.ts';

/** The unit of a rollout. All requests of one unit see the same state of a flag. */
export const FLAG_UNITS = ['user', 'department', 'system', 'organization'] as const;
export type FlagUnit = (typeof FLAG_UNITS)[number];

/**
 * Scopes that can be given or denied a flag regardless of its share. The first one with an override
 * decides.
 */
export const OVERRIDE_SCOPES = ['user', 'department', 'system'] as const;
export type FlagOverride = {
  scope: (typeof OVERRIDE_SCOPES)[number];
  scopeId: string;
  /** The id as people spell it, if it differs; for display only. */
  spelling?: string | undefined;
  enabled: boolean;
};

/** How far one organization has rolled out one flag. */
export type FlagSetting = {
  /** False turns it off for everyone, regardless of other settings. */
  enabled: boolean;
  /** 0 to 100 percent of the units without an override. */
  rolloutPercent: number;
  unit: FlagUnit;
  overrides: readonly FlagOverride[];
};

/** Who the flag is evaluated for. */
export type FlagSubject = {
  organizationId: string;
  system: string;
  departmentId?: string | undefined;
  userId: string;
};

/** A flag without limits. */
export const FULLY_ON: FlagSetting = {
  enabled: true,
  rolloutPercent: 100,
  unit: 'user',
  overrides: [],
};

/**
 * Whether a flag is on for a subject. Raising the share never turns it off for anyone. Requests
 * without a department count as one department.
 */
export function isFlagOn(name: string, setting: FlagSetting, subject: FlagSubject): boolean {
  if (!setting.enabled) return false;
  const ids: Record<FlagUnit, string> = {
    user: subject.userId,
    department: subject.departmentId ?? '',
    system: subject.system,
    organization: subject.organizationId,
  };
  for (const scope of OVERRIDE_SCOPES) {
    const own = setting.overrides.find(
      (override) => override.scope === scope && override.scopeId === ids[scope],
    );
    if (own) return own.enabled;
  }
  return isReached(name, ids[setting.unit], setting.rolloutPercent);
}
