import type { NanoUsd } from '../money.ts';
import { isAtLeast, type Severity } from '../severity.ts';
import type { LeftOutReason } from './left-out.ts';
import { knownQuality } from './merits.ts';

/** What an order of preference needs to know about a priced model. */
export type Preferable = {
  model: string;
  expectedCostNanoUsd: NanoUsd;
  quality?: number | undefined;
  /** Standard error of `quality`. */
  uncertainty?: number | undefined;
};

/** A difference in quality that the editors of the catalog cannot tell from none. */
const SAME_QUALITY = 0.05;

/**
 * The models that may serve a request, best first. Critical work gets the most accurate one; high
 * severity the cheapest that is about as accurate as the best; all other work the cheapest. The first
 * of two equals stays first.
 */
export function byPreference<Quote extends Preferable>(
  quotes: readonly Quote[],
  severity: Severity,
): Quote[] {
  const byCost = quotes.toSorted((left, right) =>
    compare(left.expectedCostNanoUsd, right.expectedCostNanoUsd),
  );
  if (!isAtLeast(severity, 'high')) return byCost;
  const qualityOf = (quote: Quote): number => knownQuality(quote) ?? 0;
  const byQuality = byCost.toSorted((left, right) => qualityOf(right) - qualityOf(left));
  if (severity === 'critical') return byQuality;
  const [best] = byQuality;
  const least = (best ? qualityOf(best) : 0) - SAME_QUALITY;
  const isAlike = (quote: Quote): boolean => qualityOf(quote) >= least;
  return [...byCost.filter(isAlike), ...byQuality.filter((quote) => !isAlike(quote))];
}

/** Why a model that suits a request comes after the preferred one. */
export const whyNotFirst = (first: Preferable, other: Preferable): LeftOutReason =>
  other.expectedCostNanoUsd < first.expectedCostNanoUsd ? 'less-accurate' : 'dearer';

/**
 * Cost-effectiveness: quality for the money, relative to the model that gives most, so from 0 to 1.
 * `undefined` for a model of unknown quality. What costs nothing scores 1.
 */
export function scoreOf(quote: Preferable, quotes: readonly Preferable[]): number | undefined {
  const own = worthOf(quote);
  if (own === undefined) return undefined;
  const most = Math.max(...quotes.map((each) => worthOf(each) ?? 0));
  return own === most ? 1 : own / most;
}

/** Quality per nano-dollar. For display only: no amount is decided by it. */
function worthOf(quote: Preferable): number | undefined {
  const quality = knownQuality(quote);
  return quality === undefined ? undefined : quality / Number(quote.expectedCostNanoUsd);
}

const compare = (left: NanoUsd, right: NanoUsd): number =>
  left < right ? -1 : left > right ? 1 : 0;
