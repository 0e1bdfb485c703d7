import { invalidField } from '../../contracts/problem.ts';
import { type Dimension, isTagDimension, tagNameOf } from '../../domain/reporting/dimensions.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';

export type TagSettings = Pick<ReportSettingsStore, 'listedTags'>;

/** @throws ProblemError naming `groupBy` where it is a tag that the organization does not list */
export async function requireListedTag(
  settings: TagSettings,
  organizationId: string,
  groupBy: Dimension,
): Promise<void> {
  if (!isTagDimension(groupBy)) return;
  const listed = await settings.listedTags(organizationId);
  if (!listed.includes(tagNameOf(groupBy))) {
    throw invalidField('groupBy', `the tag is not listed (${listed.join(', ') || 'none is'})`);
  }
}
