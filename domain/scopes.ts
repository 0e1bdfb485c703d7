import { modelStem } from './pricing/model-id.ts';

export const SCOPES = ['user', 'department', 'organization', 'system', 'model'] as const;
export type Scope = (typeof SCOPES)[number];

/** One owner of budgets and thresholds within an organization. */
export type ScopeRef = { scope: Scope; scopeId: string };

/** A scope and the last spelling of its id, if it differs; for display only. */
export type SpelledScope = ScopeRef & { spelling?: string | undefined };

/** A scope's id as people should see it. */
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
 * The scope that budgets, thresholds and controls are stored under. A model's scope covers all its
 * dated and regional forms, so that no prefix bypasses it.
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
