import { type AuditPlace, type ChainedEntry, placeText } from './audit-entry.ts';

/** Which of an organization's entries to return. Days are UTC dates; `to` is excluded. */
export type AuditFilter = {
  from?: string | undefined;
  to?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
};

/** Whether an entry matches the actor, action and target. The store already filters by day. */
export const isAskedFor = (entry: ChainedEntry, { actor, action, target }: AuditFilter): boolean =>
  [
    [actor, entry.actor],
    [action, entry.action],
    [target, entry.target],
  ].every(([filter, value]) => filter === undefined || filter === value);

/** Sorts entries of different chains newest first, with a stable order for ties. */
export const byNewest = (left: ChainedEntry, right: ChainedEntry): number =>
  left.day === right.day
    ? right.atMs - left.atMs || left.chain - right.chain
    : left.day < right.day
      ? 1
      : -1;

/** The place just after an entry. Reading backward from there returns that entry first. */
export const placeAfter = ({ day, sequence }: AuditPlace): string =>
  placeText({ day, sequence: sequence + 1 });
