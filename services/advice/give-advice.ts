import type { Telemetry } from '../../contracts/telemetry.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { advise, type AdviceFacts } from '../../domain/advice/advise.ts';
import type { DaySample } from '../../domain/advice/day-sample.ts';
import type { Recommendation } from '../../domain/advice/recommendation.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { textHash } from '../../domain/text-hash.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type {
  AdviceRun,
  RecommendationStore,
  StoredRecommendation,
} from '../../tables/recommendations.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { MOST_PER_DAY } from './day-samples.ts';
import { type AdviceFactDeps, type RunInput, readAdviceFacts } from './read-advice-facts.ts';
import type { WarmthReader } from './read-warmth.ts';

export type GiveAdviceDeps = AdviceFactDeps & {
  recommendations: Pick<RecommendationStore, 'list' | 'propose' | 'end' | 'noteRun'>;
};

/**
 * Approximate limit on the requests that a nightly run reads per organization: usually those of one day,
 * because a day is read once.
 */
export const NIGHTLY_REQUESTS = 2 * MOST_PER_DAY;
/** More than anyone reads. Drops the ones that save least. */
const MOST_RECOMMENDATIONS = 100;

export type Advising = AdviceRun & { organizationId: string; given: number; ended: number };

/**
 * Computes advice for every organization active yesterday or today, and for the one that operates
 * this deployment. The order changes every night, so that if time runs out, different organizations
 * miss their turn. One organization's failure does not stop the others.
 */
export async function adviseOrganizations(
  deps: GiveAdviceDeps & {
    analytics: Pick<TokenAnalyticsStore, 'listActiveOrganizations'>;
    warmth: Pick<WarmthReader, 'operatorOrganization'>;
    telemetry: Telemetry;
  },
  nowMs: number,
): Promise<{ advised: Advising[]; failed: number }> {
  const days = [nowMs - 86_400_000, nowMs].map(dayOf);
  const active = await Promise.all(days.map((day) => deps.analytics.listActiveOrganizations(day)));
  const advised: Advising[] = [];
  let failed = 0;
  const operator = deps.warmth.operatorOrganization;
  const all = new Set([...active.flat(), ...(operator === undefined ? [] : [operator])]);
  const rankOf = (organizationId: string): number => textHash(`${dayOf(nowMs)}#${organizationId}`);
  for (const organizationId of [...all].toSorted((left, right) => rankOf(left) - rankOf(right))) {
    try {
      const { items } = await deps.recommendations.list(organizationId);
      const input = { items, maxRequests: NIGHTLY_REQUESTS };
      const done = await giveAdvice(deps, { organizationId, nowMs }, input);
      deps.telemetry.info('ADVICE_GIVEN', done);
      advised.push(done);
    } catch (error) {
      failed += 1;
      deps.telemetry.error('ADVICE_NOT_GIVEN', { organizationId, error });
    }
  }
  return { advised, failed };
}

/**
 * Computes and stores advice for one organization. Replaces new and open advice, ends open advice
 * that no longer applies, and leaves decided advice alone.
 * @param input all its recommendations until now, and about how many requests to read at most
 */
export async function giveAdvice(
  deps: GiveAdviceDeps,
  { organizationId, nowMs }: OrganizationCall,
  { items, maxRequests }: RunInput,
): Promise<Advising> {
  const { facts, unread, inTurns } = await readAdviceFacts(
    deps,
    { organizationId, nowMs },
    { items, maxRequests },
  );
  const existing = new Map(items.map((item) => [item.id, item]));
  const recommendations = advise(facts).slice(0, MOST_RECOMMENDATIONS);
  for (const recommendation of recommendations) {
    const before = existing.get(recommendation.id);
    const createdAtMs = before?.state === 'open' ? before.createdAtMs : nowMs;
    await deps.recommendations.propose(organizationId, recommendation, { createdAtMs, nowMs });
  }
  const still = new Set(recommendations.map(({ id }) => id));
  const over = items.filter(
    (item) =>
      item.state === 'open' &&
      !still.has(item.id) &&
      !unread.includes(item.kind) &&
      (!inTurns.includes(item.kind) || isJudged(item, facts) || isOld(item, nowMs)),
  );
  for (const { id } of over) await deps.recommendations.end(organizationId, id, nowMs);
  const run: AdviceRun = {
    atMs: nowMs,
    sampledRequests: sampledIn(facts.days),
    allRequests: BigInt(facts.days.reduce((sum, { allRequests }) => sum + allRequests, 0)),
    days: facts.days.length,
  };
  await deps.recommendations.noteRun(organizationId, run);
  return { organizationId, ...run, given: recommendations.length, ended: over.length };
}

/** Whether the scope of advice on limits had its turn; advice on output limits is judged every night. */
function isJudged({ kind, scope, target }: Recommendation, facts: AdviceFacts): boolean {
  const isScope = (other: ScopeRef): boolean =>
    other.scope === scope.scope && other.scopeId === scope.scopeId;
  if (kind === 'threshold-fit') return facts.thresholds.some((judged) => isScope(judged.scope));
  return (
    target.startsWith('max-output/') ||
    facts.budgets.some(({ budget }) => isScope(budget) && budget.period === target)
  );
}

/** A scope that has had no turn for so long is gone, or spends nothing. */
const isOld = ({ updatedAtMs }: StoredRecommendation, nowMs: number): boolean =>
  nowMs - updatedAtMs > 30 * 86_400_000;

const sampledIn = (days: readonly DaySample[]): number =>
  days.reduce(
    (sum, { routes }) => sum + routes.reduce((total, { sample }) => total + sample.length, 0),
    0,
  );
