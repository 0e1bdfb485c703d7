import type { Breach } from '../controls/breaches.ts';
import type { Control } from '../controls/control.ts';
import type { ControlAction } from '../controls/thresholds.ts';
import type { Enforcement } from '../ledger/budget.ts';
import type { Period } from '../periods.ts';

/** A breach as an alert describes it. */
export type AlertedBreach = Breach & {
  organizationId: string;
  raisedAtMs: number;
  executedAction: ControlAction;
  /** The control in force on the scope when people are told. */
  control?: Control | undefined;
  /** The budgets of the scope, if they were read. */
  budgets?: readonly { period: Period; enforcement: Enforcement }[] | undefined;
};

/** Whether a period was over when more of its spend was posted: then nothing is restricted. */
export const isNotice = ({
  endsAtMs,
  raisedAtMs,
}: Pick<AlertedBreach, 'endsAtMs' | 'raisedAtMs'>): boolean =>
  endsAtMs !== undefined && endsAtMs <= raisedAtMs;
