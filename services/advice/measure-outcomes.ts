import type { DaySample } from '../../domain/advice/day-sample.ts';
import {
  type Outcome,
  outcomeOf,
  type RateAt,
  type Unmeasured,
} from '../../domain/advice/outcome.ts';
import { dayOf, endOfBucket, startOfBucket } from '../../domain/reporting/aggregates.ts';
import { type ReportRange, segmentsOf } from '../../domain/reporting/report-range.ts';
import type { StoredRecommendation } from '../../tables/recommendations.ts';
import { daySamples, readDay } from './day-samples.ts';
import { type AdviceFactDeps, readRates } from './read-advice-facts.ts';
import type { WarmthReader } from './read-warmth.ts';

export type OutcomeDeps = Pick<
  AdviceFactDeps,
  'usage' | 'analytics' | 'samples' | 'rateCards' | 'catalogs'
> & { warmth: Pick<WarmthReader, 'outcome'> };

/** All recommendations of an organization, and the part of time to measure. */
type Request = {
  organizationId: string;
  items: readonly StoredRecommendation[];
  range: ReportRange;
  nowMs: number;
};

type Accepted = StoredRecommendation & { decidedAtMs: number };

/** An outcome, and the part of time since the decision that it covers. */
export type MeasuredOutcome = {
  recommendation: Accepted;
  fromMs: number;
  untilMs: number;
  outcome: Outcome | Unmeasured;
  sampledRequests: number;
  allRequests: bigint;
};

/** The samples of some days and their prices, to measure with. */
export type Evidence = { days: readonly DaySample[]; rateAt: RateAt };

/** Approximate limit on the requests that are read because no sample of their day was kept. */
const OUTCOME_REQUESTS = 10_000;
/** Outcomes are measured for so long after the decision. */
export const OUTCOME_DAYS = 90;
const NOTHING_BEFORE = { requests: 0, costNanoUsd: 0n };
const MOVES_NO_PRICE = 'It changes a limit, which moves no price: nothing is claimed.';

/**
 * Measures what accepted advice saved in a range, at most 90 days from its decision. Each day is read
 * once, however much advice it shows. Outcomes are those of undoing one recommendation alone, so their
 * sum claims no cost twice.
 * @param isWanted which of the recommendations to measure; all accepted ones by default
 */
export async function measureOutcomes(
  deps: OutcomeDeps,
  request: Request,
  isWanted: (item: StoredRecommendation) => boolean = () => true,
): Promise<MeasuredOutcome[]> {
  const spans = spansOf(request).filter(({ recommendation }) => isWanted(recommendation));
  const ofRoutes = spans.filter(({ recommendation: { change } }) => 'route' in change);
  const evidence =
    ofRoutes.length === 0
      ? NO_EVIDENCE
      : await readEvidence(deps, request, {
          fromMs: Math.min(...ofRoutes.map(({ fromMs }) => fromMs)),
          toMs: Math.max(...ofRoutes.map(({ untilMs }) => untilMs)),
        });
  return measureWith(deps, { ...request, evidence }, isWanted);
}

const NO_EVIDENCE: Evidence = { days: [], rateAt: () => undefined };

/** The same with samples that were read already, of all days of the range. */
export async function measureWith(
  deps: Pick<OutcomeDeps, 'warmth'>,
  request: Request & { evidence: Evidence },
  isWanted: (item: StoredRecommendation) => boolean = () => true,
): Promise<MeasuredOutcome[]> {
  const measured = spansOf(request)
    .filter(({ recommendation }) => isWanted(recommendation))
    .map(async (span) => ({ ...span, ...(await measure(deps, request, span)) }));
  return await Promise.all(measured);
}

/** Reads the samples of whole days around a range, with the prices of their models. */
export async function readEvidence(
  deps: OutcomeDeps,
  { organizationId, items, nowMs }: Pick<Request, 'organizationId' | 'items' | 'nowMs'>,
  { fromMs, toMs }: ReportRange,
): Promise<Evidence> {
  const names = segmentsOf({ fromMs, toMs: Math.max(toMs, fromMs + 1) }).map(({ day }) => day);
  const isOver = (day: string): boolean => endOfBucket(day) <= nowMs;
  const subject = { organizationId, dimension: 'organization' as const, value: organizationId };
  const [samples, sums] = await Promise.all([
    daySamples(deps, {
      organizationId,
      days: names.filter(isOver),
      nowMs,
      maxRequests: OUTCOME_REQUESTS,
    }),
    deps.analytics.getDays(
      subject,
      names.filter((day) => !isOver(day)),
    ),
  ]);
  const today = await Promise.all(
    sums.map((sum) => readDay(deps, organizationId, sum, { mostRequests: OUTCOME_REQUESTS })),
  );
  const days = [...samples, ...today];
  const served = days.flatMap(({ routes }) => routes.map(({ route }) => route.model));
  const replaced = items.flatMap(({ state, change }) =>
    state === 'accepted' && 'route' in change ? [change.route.model] : [],
  );
  const catalog = await deps.catalogs.current(organizationId);
  return {
    days,
    rateAt: await readRates(deps, organizationId, [...served, ...replaced], catalog),
  };
}

type Span = { recommendation: Accepted; fromMs: number; untilMs: number };

/** Accepted advice with the part of a range in which its outcome is measured. */
function spansOf({ items, range, nowMs }: Request): Span[] {
  return items.flatMap((recommendation) => {
    const { state, decidedAtMs } = recommendation;
    if (state !== 'accepted' || decidedAtMs === undefined) return [];
    const fromMs = Math.max(range.fromMs, decidedAtMs);
    const lastMs = decidedAtMs + OUTCOME_DAYS * 86_400_000;
    const untilMs = Math.min(range.toMs, nowMs, lastMs);
    return fromMs > untilMs
      ? []
      : [{ recommendation: { ...recommendation, decidedAtMs }, fromMs, untilMs }];
  });
}

async function measure(
  { warmth }: Pick<OutcomeDeps, 'warmth'>,
  { organizationId, items, evidence }: Request & { evidence: Evidence },
  { recommendation, fromMs, untilMs }: Span,
): Promise<Pick<MeasuredOutcome, 'outcome' | 'sampledRequests' | 'allRequests'>> {
  const { id, change, before = NOTHING_BEFORE } = recommendation;
  const none = { sampledRequests: 0, allRequests: 0n };
  if (change.kind === 'setting') return { ...none, outcome: { unmeasured: MOVES_NO_PRICE } };
  if (change.kind === 'warmth') {
    const range = { fromMs, toMs: untilMs };
    return { ...none, outcome: await warmth.outcome(organizationId, change, range) };
  }
  const first = dayOf(fromMs);
  const days = evidence.days.filter(({ day }) => day >= first && startOfBucket(day) <= untilMs);
  const successors = items.flatMap((item) =>
    item.state === 'accepted' && item.change.kind === 'model' && item.id !== id
      ? [item.change.toModel]
      : [],
  );
  return {
    outcome: outcomeOf(
      { change, before, fromMs, toMs: untilMs, successors },
      days,
      evidence.rateAt,
    ),
    sampledRequests: days.reduce((sum, { readRequests }) => sum + readRequests, 0),
    allRequests: BigInt(days.reduce((sum, { allRequests }) => sum + allRequests, 0)),
  };
}
