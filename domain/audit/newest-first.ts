import { type AuditPlace, type ChainedEntry, placeText } from './audit-entry.ts';

/** Which of an organization's entries are asked for; days are UTC dates, `to` is excluded. */
export type AuditFilter = {
  from?: string | undefined;
  to?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
};

/** Whether an entry is by, of and on whom and what is asked for; of the days the store takes care. */
export const isAskedFor = (entry: ChainedEntry, { actor, action, target }: AuditFilter): boolean =>
  [
    [actor, entry.actor],
    [action, entry.action],
    [target, entry.target],
  ].every(([asked, has]) => asked === undefined || asked === has);

/** Puts the newer of two entries of different chains first; always the same two in the same order. */
export const byNewest = (left: ChainedEntry, right: ChainedEntry): number =>
  left.day === right.day
    ? right.atMs - left.atMs || left.chain - right.chain
    : left.day < right.day
      ? 1
      : -1;

/** The place right after one, where reading downwards meets that one first. */
export const placeAfter = ({ day, sequence }: AuditPlace): string =>
  placeText({ day, sequence: sequence + 1 });
