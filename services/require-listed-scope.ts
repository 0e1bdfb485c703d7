import { isTagScope, type ScopeRef, tagNameOf } from '../domain/scopes.ts';
import type { ReportSettingsStore } from '../tables/report-settings.ts';
import { invalidField } from './errors.ts';

/** @throws ServiceError naming `scope` if it is a tag that the organization does not list */
export async function requireListedScope(
  settings: Pick<ReportSettingsStore, 'listedTags'>,
  organizationId: string,
  { scope }: ScopeRef,
): Promise<void> {
  if (!isTagScope(scope)) return;
  const listed = await settings.listedTags(organizationId);
  if (listed.includes(tagNameOf(scope))) return;
  const tags = listed.length === 0 ? 'no tags are listed' : `listed tags: ${listed.join(', ')}`;
  throw invalidField(
    'scope',
    `names a tag that is not listed (${tags}); list it with PUT /v1/reports/tags first`,
  );
}
