import { askedLength } from './asked-length.ts';
import { kindredKeys, modelKey, worthOf } from './kindred-routes.ts';
import { binMiddle, binStart, OUTPUT_BINS, type OutputDistribution } from './output-histogram.ts';
import { type FeatureRequest, regressionStatistics } from './output-model.ts';
import type { PredictorState } from './predictor-state.ts';
import { type OutputStatistics, routeOf } from './route-statistics.ts';

/** What a prediction mostly relies on. */
export type Basis =
  'route-history' | 'regression' | 'kindred-history' | 'model-history' | 'global-prior';

const BASES: readonly Basis[] = [
  'route-history',
  'regression',
  'kindred-history',
  'model-history',
  'global-prior',
];

/** How much of a prediction relies on what. */
export type Trust = Record<Basis, number>;

/** How many of a level's own requests weigh as much as everything known at wider levels. */
const SHRINKAGE_REQUESTS = 10;

/** Statistics, and how many requests they are worth to a route. */
type Level = { basis: Basis; statistics: OutputStatistics | undefined; worth?: number };

/**
 * What is known without comparing the route's individual requests: the distributions of the global
 * prior, the organization, kindred routes, a length that the text asks for, the route, and the
 * regression, each weighted by the requests it is worth.
 * @param usual as in `featuresOf`
 */
export function widerDistribution(
  request: Pick<FeatureRequest, 'inputTokens' | 'model' | 'system' | 'operation'> &
    Partial<FeatureRequest>,
  state: PredictorState,
  ofRoute: OutputStatistics | undefined,
  usual?: number,
): { distribution: OutputDistribution; trust: Trust } {
  const { model } = state;
  const levels: Level[] = [
    ...kindredLevels(request, state),
    { basis: 'global-prior', statistics: askedLength(request.shape) },
    { basis: 'route-history', statistics: ofRoute },
    {
      basis: 'regression',
      statistics:
        model && isTimed(request) ? regressionStatistics(request, state, model, usual) : undefined,
    },
  ];
  const shares = PRIOR.shares.slice();
  let { mean } = PRIOR;
  const trust: Trust = { ...NO_TRUST, 'global-prior': 1 };
  for (const { basis, statistics, worth = statistics?.weight ?? 0 } of levels) {
    if (!statistics || worth <= 0) continue;
    const total = worth + SHRINKAGE_REQUESTS;
    const wider = SHRINKAGE_REQUESTS / total;
    const own = worth / statistics.weight / total;
    const { bins } = statistics;
    for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
      shares[bin] = (shares[bin] ?? 0) * wider + (bins[bin] ?? 0) * own;
    }
    mean = mean * wider + statistics.outputSum * own;
    for (const basisName of BASES) trust[basisName] *= wider;
    trust[basis] += 1 - wider;
  }
  return { distribution: { shares, mean }, trust };
}

function kindredLevels(
  request: Pick<FeatureRequest, 'model' | 'system' | 'operation'>,
  state: PredictorState,
): Level[] {
  const route = routeOf(request);
  const all = { statistics: state.overall, routes: state.routes.size };
  const levels: Level[] = [
    { basis: 'global-prior', statistics: state.overall, worth: worthOf(all) },
  ];
  for (const key of kindredKeys(route)) {
    const kindred = state.kindred.get(key);
    const basis = key === modelKey(route.model) ? 'model-history' : 'kindred-history';
    if (kindred) levels.push({ basis, statistics: kindred.statistics, worth: worthOf(kindred) });
  }
  return levels;
}

const NO_TRUST = Object.fromEntries(BASES.map((basis) => [basis, 0])) as Trust;

/** Trust if a share `known` of it is the route's own. */
export function trustWith(basisName: number, wider: Trust): Trust {
  const trust = { ...wider };
  for (const basis of BASES) trust[basis] *= 1 - basisName;
  trust['route-history'] += basisName;
  return trust;
}

export const mostTrusted = (trust: Trust): Basis =>
  BASES.reduce((best, basis) => (trust[basis] > trust[best] ? basis : best));

const isTimed = <T extends { atMs?: number | undefined }>(
  request: T,
): request is T & { atMs: number } => request.atMs !== undefined;

/**
 * The prior: log-normal with median 200 and log-deviation 1.3, so that 95 % are below 1,700 tokens.
 * An editorial choice, wide enough for the medians of the public traces of Azure (2023), Mooncake
 * (2025) and ServeGen (2025).
 */
const PRIOR = prior(Math.log(200), 1.3);

function prior(center: number, deviation: number): OutputDistribution {
  const weights = Array.from({ length: OUTPUT_BINS }, (_, bin) => {
    const middle = (Math.log(binStart(bin) + 1) + Math.log(binStart(bin + 1) + 1)) / 2;
    return Math.exp(-0.5 * ((middle - center) / deviation) ** 2);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  const shares = Float64Array.from(weights, (weight) => weight / sum);
  return { shares, mean: shares.reduce((mean, share, bin) => mean + share * binMiddle(bin), 0) };
}
