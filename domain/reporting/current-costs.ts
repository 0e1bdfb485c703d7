import type { NanoUsd } from '../money.ts';
import type { PeriodSpan } from '../periods.ts';
import type { ScopeRef } from '../scopes.ts';
import type { Projection } from './projection.ts';

export type CostShare = { key: string; hourNanoUsd: NanoUsd; dayNanoUsd: NanoUsd };
export type ProjectedSpend = Projection & { span: PeriodSpan; spentNanoUsd: NanoUsd };

export type CurrentCosts = {
  scope: ScopeRef;
  hour: { startsAtMs: number; spentNanoUsd: NanoUsd };
  day: ProjectedSpend;
  month: ProjectedSpend;
  /** Of an organization, dearest of the day first; other scopes are not kept by two dimensions. */
  shares?: { system: CostShare[]; model: CostShare[] };
};
