import { allocationsIn } from '../../domain/reporting/allocation-history.ts';
import {
  type Chargeback,
  chargebackOf,
  chargebackPartOf,
} from '../../domain/reporting/chargeback.ts';
import { rangeFault, type ReportRange } from '../../domain/reporting/report-range.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { invalidField } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type ReportDeps, reportCosts } from './report-costs.ts';

export type ChargebackDeps = ReportDeps & { settings: Pick<ReportSettingsStore, 'allocations'> };

const CONCURRENT_PARTS = 4;

/**
 * What each department pays in a range of whole hours. The range is split where another rule came
 * into force, so a new rule changes nothing of what was before it.
 * @throws ServiceError naming the field if the range is too large
 */
export async function chargeBack(
  deps: ChargebackDeps,
  {
    organizationId,
    range,
    timeZone,
  }: { organizationId: string; range: ReportRange; timeZone: string },
): Promise<Chargeback> {
  const fault = rangeFault(range, 'total');
  if (fault) throw invalidField(fault.field, fault.message);
  const rules = await deps.settings.allocations(organizationId);
  const parts = await mapConcurrently(
    allocationsIn(range, rules),
    CONCURRENT_PARTS,
    async ({ range: part, allocation }) => {
      const frame = { organizationId, groupBy: 'department', granularity: 'total' } as const;
      return chargebackPartOf(await reportCosts(deps, { ...frame, range: part }), allocation);
    },
  );
  return chargebackOf({ range, timeZone }, parts);
}
