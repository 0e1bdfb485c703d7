import type { Telemetry } from '../../contracts/telemetry.ts';
import { deviationAlertOf } from '../../domain/alerts/deviation-alert.ts';
import { DEVIATIONS } from '../../domain/ledger/deviation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';

export type TellingDeps = { alerts: AlertPublisher; telemetry: Telemetry };

/**
 * Counts, logs and reports how the entries of one key deviate, naming the first of each kind.
 * Notifies people once per key, kind and day, even if published more often.
 */
export async function tellDeviations(
  deps: TellingDeps,
  entries: Entry[],
  nowMs: number,
): Promise<void> {
  for (const kind of DEVIATIONS) {
    const deviating = entries.filter(({ deviations }) => deviations?.includes(kind));
    const [first] = deviating;
    if (!first) continue;
    const { organizationId, entryId, keyId, settledKeyId = keyId } = first;
    const count = deviating.length;
    deps.telemetry.metric('CostDeviations', count, { Kind: kind });
    deps.telemetry.warn('COST_DEVIATES', {
      organizationId,
      entryId,
      keyId: settledKeyId,
      kind,
      count,
    });
    await publishQuietly(deps, deviationAlertOf(first, kind, nowMs));
  }
}
