import { type LevelView, levelViewOf } from '../../contracts/thresholds.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { OwnLevels } from '../../domain/controls/levels-in-force.ts';
import type { Period } from '../../domain/periods.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';

/** A change of levels to write, with the levels before and after it. */
export type LevelChange = AuditedChange & { before: LevelView[]; after: LevelView[] };

/**
 * One change of levels, with the entry that tells of it.
 * @param period of the budget whose levels changed; without it the scope's own did
 */
export function levelChange(
  { organizationId, actor, nowMs }: Call,
  target: string,
  { before, after, write }: { before: OwnLevels; after: OwnLevels; write: TransactionWrite },
  period?: Period,
): LevelChange {
  const viewOf = ({ levels, budgets }: OwnLevels) =>
    ((period ? budgets?.[period] : levels) ?? []).map(levelViewOf);
  const [was, is] = [viewOf(before), viewOf(after)];
  const entry = {
    organizationId,
    actor,
    action: 'thresholds.put',
    target,
    // A first set of levels replaces nothing; to remove what is not there says nothing.
    ...(was.length === 0 && is.length > 0 ? {} : { before: was }),
    after: is,
    atMs: nowMs,
  };
  return { entries: [entry], writes: [write], before: was, after: is };
}
