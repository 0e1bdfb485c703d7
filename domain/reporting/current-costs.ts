import type { NanoUsd } from '../money.ts';
import type { PeriodSpan } from '../periods.ts';
import type { ScopeRef } from '../scopes.ts';
import type { Projection } from './projection.ts';

export type CostShare = {
  /** As last spelled. */
  key: string;
  /** The canonical id. */
  id: string;
  displayName?: string | undefined;
  hourNanoUsd: NanoUsd;
  dayNanoUsd: NanoUsd;
};
export type ProjectedSpend = Projection & { span: PeriodSpan; spentNanoUsd: NanoUsd };

export type CurrentCosts = {
  scope: ScopeRef & { displayName?: string | undefined };
  timeZone: string;
  /** The current UTC hour. */
  hour: { startsAtMs: number; spentNanoUsd: NanoUsd };
  day: ProjectedSpend;
  month: ProjectedSpend;
  /** Only for an organization, sorted by today's cost. Sums of other scopes have one dimension. */
  shares?: { system: CostShare[]; model: CostShare[] };
};
