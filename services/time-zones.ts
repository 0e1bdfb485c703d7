import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import type { OrganizationSettingsStore } from '../tables/organization-settings.ts';

/** Where an organization's time zone is. */
export type TimeZones = Pick<OrganizationSettingsStore['timeZone'], 'get'>;

/** The time zone of an answer: the one that the caller names, or else the organization's. */
export const timeZoneFor = async (
  timeZones: TimeZones,
  organizationId: string,
  named: string | undefined,
): Promise<string> => named ?? (await timeZones.get(organizationId)) ?? DEFAULT_TIME_ZONE;
