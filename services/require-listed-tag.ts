import { type Dimension, isTagDimension } from '../domain/reporting/dimensions.ts';
import { isTagScope, type ScopeRef, tagNameOf } from '../domain/scopes.ts';
import type { ReportSettingsStore } from '../tables/report-settings.ts';
import { invalidField } from './errors.ts';

export type TagSettings = Pick<ReportSettingsStore, 'listedTags'>;

/** @throws ServiceError naming `groupBy` if it is a tag that the organization does not list */
export async function requireListedDimension(
  settings: TagSettings,
  organizationId: string,
  groupBy: Dimension,
): Promise<void> {
  if (!isTagDimension(groupBy)) return;
  const fault = await unlistedFault(settings, organizationId, tagNameOf(groupBy));
  if (fault) throw invalidField('groupBy', fault);
}

/** @throws ServiceError naming `scope` if it is a tag that the organization does not list */
export async function requireListedScope(
  settings: TagSettings,
  organizationId: string,
  { scope }: ScopeRef,
): Promise<void> {
  if (!isTagScope(scope)) return;
  const fault = await unlistedFault(settings, organizationId, tagNameOf(scope));
  if (fault) throw invalidField('scope', `${fault}; list it with PUT /v1/reports/tags first`);
}

async function unlistedFault(
  settings: TagSettings,
  organizationId: string,
  name: string,
): Promise<string | undefined> {
  const listed = await settings.listedTags(organizationId);
  if (listed.includes(name)) return undefined;
  const tags = listed.length === 0 ? 'no tags are listed' : `listed tags: ${listed.join(', ')}`;
  return `names a tag that is not listed (${tags})`;
}
