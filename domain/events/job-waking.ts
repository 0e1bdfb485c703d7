import { BUDGET_ACTIONS } from './budget-event.ts';

/** Entries of the audit log after which jobs that wait may start: money or leave may have come back. */
export const WAKING_ACTIONS = [
  ...BUDGET_ACTIONS,
  'defaults.put',
  'defaults.delete',
  'control.eased',
  'control.recovered',
  'control.expired',
  'control.reversed',
] as const;
