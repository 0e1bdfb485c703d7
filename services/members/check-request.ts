import type { CheckBody } from '../../contracts/budgets.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { canonicalScope, type ScopeRef, tagScopesOf } from '../../domain/scopes.ts';
import type { BudgetRulesReader } from '../budgets/budget-rules.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import { forbiddenField } from '../errors.ts';
import type { BudgetCheck } from './check-budgets.ts';
import type { Directory } from './directory.ts';

export type CheckRequestDeps = {
  check: BudgetCheck;
  directory: Directory;
  rules: BudgetRulesReader;
  names: ModelNames;
};

/**
 * Checks whether an amount fits, with everything that decides where a request would be charged.
 * @throws ServiceError `forbidden` if the directory does not admit the user or department
 */
export async function checkRequest(deps: CheckRequestDeps, call: Call, body: CheckBody) {
  const modelOf = await deps.names.read(call.organizationId, [body.model]);
  const model = body.model && modelOf(body.model, call.nowMs);
  return checkScopes(deps, call, { ...body, model }, []);
}

/**
 * The budgets that would apply to requests of each of some models.
 * @param models by the names under which they are priced
 * @throws ServiceError `forbidden` if the directory does not admit the user or department
 */
export async function checkModels(
  deps: Omit<CheckRequestDeps, 'names'>,
  call: Call,
  payer: Omit<CheckBody, 'model' | 'estimatedCostUsd'>,
  models: readonly string[],
): Promise<(model: string) => BudgetStanding[]> {
  const refs = models.map((model) => canonicalScope({ scope: 'model', scopeId: model }));
  const { standings } = await checkScopes(deps, call, { ...payer, estimatedCostUsd: 0n }, refs);
  return (model) => {
    const { scopeId } = canonicalScope({ scope: 'model', scopeId: model });
    return standings.filter(({ budget }) => budget.scope !== 'model' || budget.scopeId === scopeId);
  };
}

async function checkScopes(
  deps: Omit<CheckRequestDeps, 'names'>,
  call: Call,
  body: CheckBody,
  further: readonly ScopeRef[],
) {
  const { organizationId } = call;
  const placed = await deps.directory.place(call, body);
  if ('refusal' in placed) throw forbiddenField(placed.refusal);
  const { request } = placed;
  const { departmentId } = request;
  const { listedTags, defaults } = await deps.rules.current(organizationId, departmentId);
  return deps.check(call, {
    refs: [...scopesToCheck(organizationId, request, listedTags), ...further],
    amountNanoUsd: request.estimatedCostUsd,
    tokens: (request.inputTokens ?? 0) + (request.maxOutputTokens ?? 0),
    rules: defaults,
  });
}

/** The scopes whose budgets a check asks about: those of the user, the organization and all that it names. */
function scopesToCheck(
  organizationId: string,
  { userId, departmentId, system, model, sessionId, tags }: CheckBody,
  listedTags: readonly string[],
): ScopeRef[] {
  const refs: ScopeRef[] = [
    { scope: 'user', scopeId: userId },
    { scope: 'organization', scopeId: organizationId },
  ];
  if (departmentId) refs.push({ scope: 'department', scopeId: departmentId });
  if (system) refs.push({ scope: 'system', scopeId: system });
  if (model) refs.push({ scope: 'model', scopeId: model });
  if (sessionId) refs.push({ scope: 'session', scopeId: sessionId });
  return [...refs, ...tagScopesOf({ tags, listedTags })];
}
