import type { Call } from '../../domain/access/caller.ts';
import { bySaving } from '../../domain/advice/by-saving.ts';
import { type AdviceRow, adviceRowsOf } from '../../domain/advice/advice-row.ts';
import { isTooEarly } from '../../domain/advice/confidence.ts';
import { type LeftOut, leverOf } from '../../domain/advice/recommendation.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type {
  AdviceRun,
  RecommendationStore,
  StoredRecommendation,
} from '../../tables/recommendations.ts';
import { conflict, notFound, type ServiceError } from '../errors.ts';
import { giveAdvice, type GiveAdviceDeps } from './give-advice.ts';
import { type MeasuredOutcome, measureOutcomes } from './measure-outcomes.ts';
import type { WarmthReader } from './read-warmth.ts';

type Deps = GiveAdviceDeps & {
  recommendations: RecommendationStore;
  audit: Pick<AuditLog, 'change'>;
  warmth: WarmthReader;
};

/**
 * Requests to read when someone asks for advice before the first nightly run: about one second of
 * work.
 */
export const REQUESTS_AT_ONCE = 4_000;

export type RecommendationManager = ReturnType<typeof createRecommendationManager>;

/** Lists advice and records decisions about it. Audits every decision. */
export const createRecommendationManager = (deps: Deps) => ({
  /**
   * Lists all advice, largest saving first, and the kinds of advice that the organization does not
   * get. Computes it now if it was never computed or had too little data.
   */
  list: (organizationId: string, nowMs: number): Promise<Advice> =>
    listAdvice(deps, organizationId, nowMs),

  /**
   * Accepts or dismisses advice. Repeating the decision changes nothing.
   * @throws ServiceError `not-found`, or `conflict` if the advice has ended
   */
  decide: (
    call: Call,
    id: string,
    state: 'accepted' | 'dismissed',
  ): Promise<StoredRecommendation> => decide(deps, call, id, state),

  /**
   * Measures what accepted advice has saved so far.
   * @throws ServiceError `not-found`, or `conflict` if it was not accepted
   */
  outcome: (organizationId: string, id: string, nowMs: number): Promise<MeasuredOutcome> =>
    measureOutcome(deps, organizationId, id, nowMs),

  /** The wanted advice in any state, with the outcome so far of what was accepted. Reads each day once. */
  async dataset(
    organizationId: string,
    isWanted: (item: StoredRecommendation) => boolean,
    nowMs: number,
  ): Promise<AdviceRow[]> {
    const { items } = await listAdvice(deps, organizationId, nowMs);
    const range = { fromMs: 0, toMs: nowMs };
    const request = { organizationId, items, range, nowMs };
    return adviceRowsOf(items.filter(isWanted), await measureOutcomes(deps, request, isWanted));
  },
});

type Advice = {
  run: AdviceRun | undefined;
  items: StoredRecommendation[];
  leftOut: LeftOut[];
};

async function listAdvice(deps: Deps, organizationId: string, nowMs: number): Promise<Advice> {
  let advice = await deps.recommendations.list(organizationId);
  if (isTooEarly(advice.run, nowMs)) {
    const input = { items: advice.items, maxRequests: REQUESTS_AT_ONCE };
    await giveAdvice(deps, { organizationId, nowMs }, input);
    advice = await deps.recommendations.list(organizationId);
  }
  const why = deps.warmth.whyNot(organizationId);
  return {
    run: advice.run,
    items: advice.items.toSorted(bySaving),
    leftOut: why === undefined ? [] : [{ kind: 'idle-provisioned-concurrency', why }],
  };
}

async function decide(
  deps: Deps,
  { organizationId, actor, nowMs }: Call,
  id: string,
  state: 'accepted' | 'dismissed',
): Promise<StoredRecommendation> {
  const { after } = await deps.audit.change(async () => {
    const before = await read(deps, organizationId, id);
    if (before.state === state) return { after: before, entries: [], writes: [] };
    if (before.state === 'ended') {
      throw conflict('This recommendation has ended. You can no longer accept or dismiss it.');
    }
    if (state === 'accepted') await requireFreeLever(deps, organizationId, before);
    const entry = {
      organizationId,
      actor,
      action: `recommendation.${state === 'accepted' ? 'accept' : 'dismiss'}`,
      target: id,
      before: { state: before.state },
      after: { state, kind: before.kind, title: before.title },
      atMs: nowMs,
    };
    const decision = { state, actor, nowMs };
    return {
      after: { ...before, state, decidedAtMs: nowMs, decidedBy: actor },
      entries: [entry],
      writes: [deps.recommendations.decision(organizationId, before, decision)],
    };
  });
  return after;
}

/** One saving belongs to one recommendation: two that change the same thing exclude each other. */
async function requireFreeLever(
  { recommendations }: Deps,
  organizationId: string,
  recommendation: StoredRecommendation,
): Promise<void> {
  const { items } = await recommendations.list(organizationId);
  const other = items.find(
    (item) =>
      item.state === 'accepted' &&
      item.id !== recommendation.id &&
      leverOf(item) === leverOf(recommendation),
  );
  if (!other || recommendation.change.kind === 'setting') return;
  throw conflict(
    `You accepted "${other.title}" (${other.id}), which changes the same thing. Dismiss it first.`,
  );
}

async function measureOutcome(
  deps: Deps,
  organizationId: string,
  id: string,
  nowMs: number,
): Promise<MeasuredOutcome> {
  const { items } = await deps.recommendations.list(organizationId);
  const recommendation = items.find((item) => item.id === id);
  if (!recommendation) throw recommendationNotFound(id);
  const { state } = recommendation;
  const range = { fromMs: 0, toMs: nowMs };
  const isThis = (item: StoredRecommendation): boolean => item.id === id;
  const [measured] = await measureOutcomes(deps, { organizationId, items, range, nowMs }, isThis);
  if (measured) return measured;
  throw conflict(`This recommendation is ${state}. Purser measures only accepted recommendations.`);
}

async function read(
  { recommendations }: Pick<Deps, 'recommendations'>,
  organizationId: string,
  id: string,
): Promise<StoredRecommendation> {
  const recommendation = await recommendations.get(organizationId, id);
  if (!recommendation) throw recommendationNotFound(id);
  return recommendation;
}

const recommendationNotFound = (id: string): ServiceError =>
  notFound(`Recommendation ${id} was not found.`);
