import type { Call } from '../../domain/access/caller.ts';
import { bySaving } from '../../domain/advice/advise.ts';
import { isTooEarly } from '../../domain/advice/confidence.ts';
import { type Outcome, outcomeOf, type Unmeasured } from '../../domain/advice/outcome.ts';
import type { DaySample } from '../../domain/advice/day-sample.ts';
import type { LeftOut } from '../../domain/advice/recommendation.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type {
  AdviceRun,
  RecommendationStore,
  StoredRecommendation,
} from '../../tables/recommendations.ts';
import { conflict, notFound } from '../errors.ts';
import { giveAdvice, type GiveAdviceDeps, leverOf } from './give-advice.ts';
import { readRates } from './read-advice-facts.ts';
import type { WarmthReader } from './read-warmth.ts';
import { daySamples, readDay } from './day-samples.ts';

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
/** Approximate limit on the requests that are read because no sample of their day was kept. */
const OUTCOME_REQUESTS = 10_000;
const OUTCOME_DAYS = 90;
const NOTHING_BEFORE = { requests: 0, costNanoUsd: 0n };
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
  const recommendation = await read(deps, organizationId, id);
  const { state, decidedAtMs } = recommendation;
  if (state !== 'accepted' || decidedAtMs === undefined) {
    throw conflict(
      `This recommendation is ${state}. Purser measures only accepted recommendations.`,
    );
  }
  const untilMs = Math.min(nowMs, decidedAtMs + OUTCOME_DAYS * 86_400_000);
  return {
    recommendation: { ...recommendation, decidedAtMs },
    untilMs,
    ...(await measureChange(deps, organizationId, recommendation, {
      fromMs: decidedAtMs,
      toMs: untilMs,
    })),
  };
}

async function measureChange(
  deps: Deps,
  organizationId: string,
  { id, change, before = NOTHING_BEFORE }: StoredRecommendation,
  range: { fromMs: number; toMs: number },
): Promise<Pick<MeasuredOutcome, 'outcome' | 'sampledRequests' | 'allRequests'>> {
  const none = { sampledRequests: 0, allRequests: 0n };
  if (change.kind === 'setting') return { ...none, outcome: { unmeasured: MOVES_NO_PRICE } };
  if (change.kind === 'warmth') {
    return { ...none, outcome: await deps.warmth.outcome(organizationId, change, range) };
  }
  const days = await outcomeDays(deps, organizationId, range);
  const models = days.flatMap(({ routes }) => routes.map(({ route }) => route.model));
  const catalog = await deps.catalogs.current(organizationId);
  const rateAt = await readRates(deps, organizationId, [...models, change.route.model], catalog);
  const { items } = await deps.recommendations.list(organizationId);
  const successors = items.flatMap((item) =>
    item.state === 'accepted' && item.change.kind === 'model' && item.id !== id
      ? [item.change.toModel]
      : [],
  );
  const accepted = { change, before, fromMs: range.fromMs, successors };
  return {
    outcome: outcomeOf(accepted, days, rateAt),
    sampledRequests: days.reduce((sum, { readRequests }) => sum + readRequests, 0),
    allRequests: BigInt(days.reduce((sum, { allRequests }) => sum + allRequests, 0)),
  };
}

/** The samples of the days since a decision, and what there is of the last day. */
async function outcomeDays(
  deps: Deps,
  organizationId: string,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<DaySample[]> {
  const days = segmentsOf({ fromMs, toMs: Math.max(toMs, fromMs + 1) }).map(({ day }) => day);
  const last = days.at(-1) ?? dayOf(toMs);
  const subject = { organizationId, dimension: 'organization' as const, value: organizationId };
  const [samples, sums] = await Promise.all([
    daySamples(deps, {
      organizationId,
      days: days.filter((day) => day !== last),
      nowMs: toMs,
      maxRequests: OUTCOME_REQUESTS,
    }),
    deps.analytics.getDays(subject, [last]),
  ]);
  const today = await Promise.all(
    sums.map((sum) => readDay(deps, organizationId, sum, { mostRequests: OUTCOME_REQUESTS })),
  );
  return [...samples, ...today];
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
