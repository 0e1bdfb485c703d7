import { channelsFor } from '../../domain/alerts/alert-preferences.ts';
import type { AlertKind } from '../../domain/alerts/alert.ts';
import type { AlertingConfigStore } from '../../tables/alerting-config.ts';
import type { Subject } from './daily-spend.ts';

/** Judging one takes four weeks of its hours. */
const MOST_SUBJECTS = 100;

/** The organization, and its scopes whose own preferences take alerts of a kind. */
export async function subjectsAsking(
  { preferences }: { preferences: Pick<AlertingConfigStore, 'listOwn'> },
  organizationId: string,
  kind: AlertKind,
): Promise<Subject[]> {
  const own = await preferences.listOwn(organizationId, MOST_SUBJECTS);
  const asking = own.filter(
    ({ scope, preferences: wants }) =>
      scope !== 'organization' &&
      channelsFor(wants, 'warning').some(
        ({ kinds }) => kinds === undefined || kinds.includes(kind),
      ),
  );
  return [
    { organizationId, scope: 'organization', scopeId: organizationId },
    ...asking.map(({ scope, scopeId }) => ({ organizationId, scope, scopeId })),
  ];
}
