import { modelStem } from './pricing/model-id.ts';

export const SCOPES = ['user', 'department', 'organization', 'system', 'model'] as const;
export type Scope = (typeof SCOPES)[number];

/** One bearer of budgets and thresholds inside an organization. */
export type ScopeRef = { scope: Scope; scopeId: string };

/** A scope, and how its id was spelled last where that differs: for display only. */
export type SpelledScope = ScopeRef & { spelling?: string | undefined };

/** The id of a scope as people are shown it. */
export const shownId = ({ scopeId, spelling = scopeId }: SpelledScope): string => spelling;

/** Who and what an AI request is charged to. */
export type Principals = {
  organizationId: string;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  model: string;
};

/**
 * The scope that budgets, thresholds and controls are kept under: those of a model hold for its every
 * dated and regional form, so that no prefix slips past them.
 */
export const canonicalScope = ({ scope, scopeId }: ScopeRef): ScopeRef => ({
  scope,
  scopeId: scope === 'model' ? modelStem(scopeId) : scopeId,
});

/** Every scope whose budgets a request touches, most specific first. */
export function scopesOf(principals: Principals): ScopeRef[] {
  return [
    { scope: 'user', scopeId: principals.userId },
    ...(principals.departmentId === undefined
      ? []
      : [{ scope: 'department' as const, scopeId: principals.departmentId }]),
    { scope: 'organization', scopeId: principals.organizationId },
    { scope: 'system', scopeId: principals.system },
    canonicalScope({ scope: 'model', scopeId: principals.model }),
  ];
}
