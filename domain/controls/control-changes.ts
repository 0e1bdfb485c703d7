import type { ScopeRef } from '../scopes.ts';

/** Which controls of an organization changed last. */
export type ControlChanges = {
  /** How many changes there were. */
  version: number;
  /** The scopes of the last changes, oldest first. */
  scopes: ScopeRef[];
};

/**
 * The scopes that changed after a version.
 * @returns `undefined` if the last changes do not reach back that far
 */
export function changedSince(
  { version, scopes }: ControlChanges,
  earlier: number,
): ScopeRef[] | undefined {
  const changes = version - earlier;
  if (changes < 0 || changes > scopes.length) return undefined;
  return changes === 0 ? [] : scopes.slice(-changes);
}
