import { wholeInputOf } from '../token-usage.ts';
import type { Catalog, CatalogModel } from '../catalog/model.ts';
import { formatUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import { knownQuality, priorMerits } from '../selection/merits.ts';
import { replacementsFor, type ServedSizes } from '../selection/switches.ts';
import { type Counterfactual, counterfactual, type RateOf } from './counterfactual.ts';
import { lossOf, type MeasuredLoss } from './measured-loss.ts';
import {
  identified,
  type QualityRisk,
  type Recommendation,
  routeTarget,
} from './recommendation.ts';
import { routeText } from './recommendation.ts';
import { type RequestFact, type RouteUsage, type UsageSample } from './usage-sample.ts';

/** The largest share of current quality that advice may cost. */
export const MOST_LOSS = 0.05;

type Candidate = { model: string; risk: QualityRisk; change: Counterfactual };

/**
 * The cheapest model for a route that is not much worse. If both models have graded requests of the
 * same operation, only the grades count: the one-sided 95 % bound of the loss must be within the
 * allowed loss. Otherwise the catalog's priors decide, and the advice says so.
 */
export function adviseModelSwitch(
  sample: UsageSample,
  { route, requests }: RouteUsage,
  catalog: Catalog,
  rateOf: RateOf,
): Recommendation[] {
  const alike = sample.requests.filter(({ operation }) => operation === route.operation);
  const graded = alike.filter(({ quality }) => quality !== undefined).map(({ model }) => model);
  const nowMs = requests.at(-1)?.atMs ?? 0;
  const candidates = replacementsFor(route.model, requests.map(sizesOf), {
    catalog,
    graded,
    nowMs,
  }).flatMap((model): Candidate[] => {
    const risk = riskOf(route.model, model, alike, catalog);
    if (!risk || (risk.upperLoss ?? risk.expectedLoss) > MOST_LOSS) return [];
    const change = counterfactual(
      { sample, requests, isAssumed: risk.basis === 'prior' },
      rateOf,
      ({ region }) => {
        const rate = rateOf({ model, region });
        return rate && { rate };
      },
    );
    return change ? [{ model, risk, change }] : [];
  });
  const best = candidates.toSorted((left, right) =>
    left.change.savingNanoUsdPerMonth > right.change.savingNanoUsdPerMonth ? -1 : 1,
  )[0];
  if (!best) return [];
  const scope = { scope: 'system' as const, scopeId: route.system };
  const kind = 'model-switch';
  const target = routeTarget(route);
  return [
    {
      ...identified({ kind, scope, target }),
      title: `Serve ${routeText({ ...route, model: best.model })} instead of ${route.model}`,
      action: `Send these requests with "model": "${best.model}", or with "candidates": ["${best.model}", "${route.model}"] to POST /v1/reservations; compare quality on some of them first`,
      change: { kind: 'model', route, toModel: best.model },
      savingNanoUsdPerMonth: best.change.savingNanoUsdPerMonth,
      effort: best.risk.basis === 'measured' ? 'low' : 'medium',
      confidence: best.change.confidence,
      evidence: {
        costNowUsd: formatUsd(best.change.nowNanoUsd),
        costThenUsd: formatUsd(best.change.thenNanoUsd),
        assumption: 'the other model uses the same number of tokens',
        quality:
          best.risk.basis === 'prior'
            ? 'catalog priors: nobody measured them on these requests'
            : 'grades given at settlement; requests were not assigned to models at random',
      },
      qualityRisk: best.risk,
      before: best.change.before,
    },
  ];
}

function riskOf(
  model: string,
  other: string,
  alike: readonly RequestFact[],
  catalog: Catalog,
): QualityRisk | undefined {
  const gradesOf = (name: string): number[] =>
    alike.flatMap((request) =>
      request.quality !== undefined && modelStem(request.model) === modelStem(name)
        ? [request.quality]
        : [],
    );
  const measured: MeasuredLoss | undefined = lossOf(gradesOf(model), gradesOf(other));
  if (measured) return { basis: 'measured', ...measured };
  const [present, offered] = [model, other].map((name) => knownPrior(catalog.get(name)));
  if (present === undefined || offered === undefined || present === 0) return undefined;
  return { basis: 'prior', expectedLoss: Math.round((1 - offered / present) * 1e4) / 1e4 };
}

/** The catalog's quality of a model; none where it is assumed. */
const knownPrior = (entry: CatalogModel | undefined): number | undefined =>
  entry && knownQuality(priorMerits(undefined)(entry));

const sizesOf = ({ usage }: RequestFact): ServedSizes => ({
  wholeInputTokens: wholeInputOf(usage),
  outputTokens: usage.outputTokens,
});
