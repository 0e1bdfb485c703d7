import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { DisplayNames } from '../../domain/naming/display-name.ts';
import type { Chargeback } from '../../domain/reporting/chargeback.ts';
import type { CostReport } from '../../domain/reporting/cost-report.ts';
import type { CostShare, CurrentCosts } from '../../domain/reporting/current-costs.ts';
import { type Dimension, scopeOfValue } from '../../domain/reporting/dimensions.ts';
import type { NameReader } from '../display-names.ts';

/** The report with the display names of its rows' values. */
export async function namedReport(names: NameReader, report: CostReport): Promise<CostReport> {
  const { organizationId, groupBy } = report;
  const rows = await names.named(organizationId, report.rows, ({ key, id = key }) =>
    scopeOfValue(groupBy, id),
  );
  return { ...report, rows };
}

/** The chargeback with the display names of its departments. */
export async function namedChargeback(
  names: NameReader,
  organizationId: string,
  chargeback: Chargeback,
): Promise<Chargeback> {
  const nameAll = (departments: Chargeback['departments']) =>
    names.named(organizationId, departments, ({ id }) => scopeOfValue('department', id));
  const parts = chargeback.parts.map(async (part) => ({
    ...part,
    departments: await nameAll(part.departments),
  }));
  return {
    ...chargeback,
    departments: await nameAll(chargeback.departments),
    parts: await Promise.all(parts),
  };
}

/** Current costs with the display names of their scope, and of its systems and models. */
export async function namedCosts(
  names: NameReader,
  { organizationId }: OrganizationCall,
  costs: CurrentCosts,
): Promise<CurrentCosts> {
  const nameAll = (shares: CostShare[], dimension: Dimension) =>
    names.named(organizationId, shares, ({ id }) => scopeOfValue(dimension, id));
  const [scope = costs.scope] = await names.named(organizationId, [costs.scope], (ref) => ref);
  if (!costs.shares) return { ...costs, scope };
  const { system, model } = costs.shares;
  const shares = { system: await nameAll(system, 'system'), model: await nameAll(model, 'model') };
  return { ...costs, scope, shares };
}

/** The display names of the users, departments and systems of usage records. */
export const namesOfRecords = (
  names: NameReader,
  organizationId: string,
  records: readonly Posting[],
): Promise<DisplayNames> =>
  names.namesOf(
    organizationId,
    records.flatMap(({ userId, departmentId = null, system }) => [
      { scope: 'user', scopeId: userId },
      { scope: 'system', scopeId: system },
      ...[scopeOfValue('department', departmentId) ?? []].flat(),
    ]),
  );
