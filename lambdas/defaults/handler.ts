import { defaultsRoutes as routes, effectiveViewOf, ruleViewOf } from '../../contracts/defaults.ts';
import type { Caller } from '../../domain/access/caller.ts';
import type { DefaultsOwner, MemberKind, RuleRef } from '../../domain/members/member-defaults.ts';
import { DEFAULT_NAMING, scopeUnder } from '../../domain/naming/naming.ts';
import type { DefaultsManager } from '../../services/members/manage-defaults.ts';
import { departmentFor } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Defaults for members: listed, shown, set and removed; and what is in force for one member. */
export const createHandler = (deps: Edge & { manager: DefaultsManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.listDefaults, async ({ caller }) => {
      const rules = await deps.manager.list(caller.organizationId);
      return { status: 200, body: { items: rules.map(ruleViewOf) } };
    }),

    endpoint(routes.getEffectiveDefaults, async ({ query, caller, call }) => {
      const { organizationId } = caller;
      const { scope = 'organization', scopeId = organizationId } = query;
      const departmentId = departmentFor(caller, query.departmentId);
      const member = { scope, scopeId };
      const standing = await deps.manager.effective(call, member, departmentId);
      return { status: 200, body: effectiveViewOf(member, standing) };
    }),

    endpoint(routes.getDefaults, async ({ params, caller }) => {
      const rule = await deps.manager.get(caller.organizationId, refOf(caller, params));
      return { status: 200, body: ruleViewOf(rule) };
    }),

    endpoint(routes.putDefaults, async ({ params, body, caller, call }) => {
      const { rule, changed } = await deps.manager.put(call, refOf(caller, params), body);
      return { status: 200, body: { ...ruleViewOf(rule), changed } };
    }),

    endpoint(routes.deleteDefaults, async ({ params, caller, call }) => {
      const rule = await deps.manager.remove(call, refOf(caller, params));
      return { status: 200, body: ruleViewOf(rule) };
    }),
  ]);

type RulePath = { scope: DefaultsOwner['scope']; scopeId: string; member: MemberKind };

/** The rule that a path names, with the owner under the id that stands for it. */
function refOf({ naming = DEFAULT_NAMING }: Caller, { scope, scopeId, member }: RulePath): RuleRef {
  const owner = { ...scopeUnder(naming, { scope, scopeId }), scope };
  return {
    owner: owner.scopeId === scopeId ? owner : { ...owner, spelling: scopeId },
    member,
  };
}
