import type { OrganizationCall } from '../../domain/access/caller.ts';
import { type MemberKind, rulesFor } from '../../domain/members/member-defaults.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { departmentOf } from '../controls/watched-levels.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { applyDefaults, type ApplyingDeps } from './apply-defaults.ts';

export type ReviewMembersDeps = {
  applying: ApplyingDeps;
  controls: Pick<ControlStore, 'listByOrganization'>;
  defaults: Pick<MemberDefaultsStore, 'getMany'>;
  analytics: Pick<TokenAnalyticsStore, 'touch' | 'getDays'>;
};

const CONCURRENT_REVIEWS = 8;

/**
 * Brings members under an automatic control in line with their defaults, and has them reviewed: a
 * control may refuse the very request that would do so. All others follow with their next request.
 */
export async function reviewMembers(
  deps: ReviewMembersDeps,
  call: OrganizationCall,
  member: MemberKind,
): Promise<void> {
  const stored = await deps.controls.listByOrganization(call.organizationId);
  const controlled = stored.filter(({ scope, state }) => scope === member && state.automatic);
  await mapConcurrently(controlled, CONCURRENT_REVIEWS, ({ scope, scopeId }) =>
    reviewMember(deps, call, member, { scope, scopeId }),
  );
}

async function reviewMember(
  { applying, defaults, analytics }: ReviewMembersDeps,
  call: OrganizationCall,
  member: MemberKind,
  ref: ScopeRef,
): Promise<void> {
  const { organizationId, nowMs } = call;
  const departmentId = await departmentOf({ analytics }, call, ref);
  const rules = await defaults.getMany(
    organizationId,
    rulesFor(organizationId, member, departmentId),
  );
  const books = await applying.books.readBooks(organizationId, [ref]);
  const inForce = rules.filter((rule) => rule !== undefined);
  await applyDefaults(applying, call, books, inForce);
  await analytics.touch(organizationId, ref, nowMs);
}
