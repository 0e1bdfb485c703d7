import type { OrganizationCall } from '../../domain/access/caller.ts';
import { alertEndOf } from '../../domain/alerts/alert-end.ts';
import { breachAlertOf, levelIncidentKey } from '../../domain/alerts/breach-alert.ts';
import type { Breach } from '../../domain/controls/breaches.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';

type Deps = {
  breaches: Pick<ThresholdBreachStore, 'listOfScope'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

const MOST_RAISED = 100;

/**
 * Tells pagers which incidents of a scope are over although their period is not: a correction or a
 * changed limit left none of the levels crossed.
 * @param reached the levels that are crossed now
 */
export async function tellUncrossedLevels(
  deps: Deps,
  { organizationId, nowMs }: OrganizationCall,
  scope: ScopeRef,
  reached: readonly Breach[],
): Promise<void> {
  const { breaches } = await deps.breaches.listOfScope(organizationId, scope, {
    limit: MOST_RAISED,
  });
  const keyOf = (breach: Breach): string => levelIncidentKey(organizationId, breach);
  const crossed = new Set(reached.map(keyOf));
  const over = new Map(
    breaches
      .filter(({ endsAtMs = Infinity }) => nowMs < endsAtMs)
      .map((breach) => [keyOf(breach), breach]),
  );
  for (const [key, breach] of over) {
    if (crossed.has(key)) continue;
    await publishQuietly(deps, alertEndOf(breachAlertOf(breach), 'no level is crossed now', nowMs));
  }
}
