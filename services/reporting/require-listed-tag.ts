import { type Dimension, isTagDimension, tagNameOf } from '../../domain/reporting/dimensions.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { invalidField } from '../errors.ts';

export type TagSettings = Pick<ReportSettingsStore, 'listedTags'>;

/** @throws ServiceError naming `groupBy` if it is a tag that the organization does not list */
export async function requireListedTag(
  settings: TagSettings,
  organizationId: string,
  groupBy: Dimension,
): Promise<void> {
  if (!isTagDimension(groupBy)) return;
  const listed = await settings.listedTags(organizationId);
  if (listed.includes(tagNameOf(groupBy))) return;
  const tags = listed.length === 0 ? 'no tags are listed' : `listed tags: ${listed.join(', ')}`;
  throw invalidField('groupBy', `names a tag that is not listed (${tags})`);
}
