import type { Call } from '../../domain/access/caller.ts';
import { bySaving } from '../../domain/advice/advise.ts';
import { isTooEarly } from '../../domain/advice/confidence.ts';
import { type Outcome, outcomeOf, type Unmeasured } from '../../domain/advice/outcome.ts';
import type { LeftOut } from '../../domain/advice/recommendation.ts';
import type { UsageSample } from '../../domain/advice/usage-sample.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type {
  AdviceRun,
  RecommendationStore,
  StoredRecommendation,
} from '../../tables/recommendations.ts';
import { conflict, notFound } from '../errors.ts';
import { giveAdvice, type GiveAdviceDeps } from './give-advice.ts';
import { readRates } from './read-advice-facts.ts';
import type { WarmthReader } from './read-warmth.ts';
import { sampleUsage } from './sample-usage.ts';

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
/**
 * Maximum requests used to measure an outcome: all since the decision, or a sample of whole hours.
 */
const OUTCOME_REQUESTS = 10_000;
const OUTCOME_DAYS = 90;
const MOVES_NO_PRICE = 'It changes a limit, which moves no price: nothing is claimed.';

/** An outcome, and the share of time since the decision that it covers. */
export type MeasuredOutcome = {
  recommendation: StoredRecommendation & { decidedAtMs: number };
  untilMs: number;
  outcome: Outcome | Unmeasured;
  sampledRequests: number;
  allRequests: bigint;
};

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
});

type Advice = {
  run: AdviceRun | undefined;
  items: StoredRecommendation[];
  leftOut: LeftOut[];
};

async function listAdvice(deps: Deps, organizationId: string, nowMs: number): Promise<Advice> {
  let advice = await deps.recommendations.list(organizationId);
  if (isTooEarly(advice.run, nowMs)) {
    await giveAdvice(deps, { organizationId, nowMs }, REQUESTS_AT_ONCE);
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

async function measureOutcome(
  deps: Deps,
  organizationId: string,
  id: string,
  nowMs: number,
): Promise<MeasuredOutcome> {
  const recommendation = await read(deps, organizationId, id);
  const { state, decidedAtMs, change } = recommendation;
  if (state !== 'accepted' || decidedAtMs === undefined) {
    throw conflict(
      `This recommendation is ${state}. Purser measures only accepted recommendations.`,
    );
  }
  const untilMs = Math.min(nowMs, decidedAtMs + OUTCOME_DAYS * 86_400_000);
  return {
    recommendation: { ...recommendation, decidedAtMs },
    untilMs,
    ...(await measureChange(deps, organizationId, change, { fromMs: decidedAtMs, toMs: untilMs })),
  };
}

async function measureChange(
  deps: Deps,
  organizationId: string,
  change: StoredRecommendation['change'],
  range: { fromMs: number; toMs: number },
): Promise<Pick<MeasuredOutcome, 'outcome' | 'sampledRequests' | 'allRequests'>> {
  const none = { sampledRequests: 0, allRequests: 0n };
  if (change.kind === 'setting') return { ...none, outcome: { unmeasured: MOVES_NO_PRICE } };
  if (change.kind === 'warmth') {
    return { ...none, outcome: await deps.warmth.outcome(organizationId, change, range) };
  }
  const sample: UsageSample =
    range.fromMs < range.toMs
      ? await sampleUsage(deps, organizationId, { ...range, maxRequests: OUTCOME_REQUESTS })
      : { requests: [], days: 0, allRequests: 0n };
  const models = sample.requests.map(({ model }) => model);
  const catalog = await deps.catalogs.current(organizationId);
  const rateAt = await readRates(deps, organizationId, models, catalog);
  return {
    outcome: outcomeOf(change, sample.requests, rateAt),
    sampledRequests: sample.requests.length,
    allRequests: sample.allRequests,
  };
}

async function read(
  { recommendations }: Pick<Deps, 'recommendations'>,
  organizationId: string,
  id: string,
): Promise<StoredRecommendation> {
  const recommendation = await recommendations.get(organizationId, id);
  if (!recommendation) throw notFound(`Recommendation ${id} was not found.`);
  return recommendation;
}
