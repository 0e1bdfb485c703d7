import type { Catalog } from '../catalog/model.ts';
import { modelStem } from '../pricing/model-id.ts';
import { replacementsFor, type ServedSizes } from '../selection/switches.ts';
import { wholeInputOf } from '../token-usage.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Proposal } from './proposal.ts';
import { riskOf, type WorkQuality } from './quality-risk.ts';
import { type QualityRisk } from './recommendation.ts';
import { reservationWith } from './request-example.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { inPlaceOf, isSameProvider } from './same-place.ts';
import { savingOf } from './saving.ts';
import { type Route, workText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** Advice must cost less than this share of the present quality. */
export const MOST_LOSS = 0.05;

/**
 * Other models for a route: of the same provider and place, that fit every request and are not much
 * worse. The end of the loss's one-sided 95 % interval decides, from grades of this route where both
 * models have enough. Where the catalog or few grades say that a model may do, but not how surely, the
 * proposal is a question.
 */
export function proposeModels(
  history: RouteHistory,
  quality: WorkQuality,
  catalog: Catalog,
  rateOf: RateOf,
): Proposal[] {
  const { route } = history;
  const requests = requestsOf(history);
  const graded = catalog
    .list()
    .map(({ model }) => model)
    .filter((model) => quality.gradesOf(model).length > 0);
  return replacementsFor(route.model, requests.map(sizesOf), {
    catalog,
    graded,
    nowMs: requests.at(-1)?.atMs ?? 0,
  }).flatMap((candidate): Proposal[] => {
    const model = inPlaceOf(route.model, candidate);
    if (!isSameProvider(route.model, model, catalog)) return [];
    const risk = riskOf(route.model, model, quality, catalog);
    if (!risk) return [];
    const isCertain = isKnownEnough(risk, route);
    const mayDo = risk.basis !== 'measured' && risk.expectedLoss < MOST_LOSS;
    if (!isCertain && !mayDo) return [];
    const serve: Serve = (_, served) =>
      modelStem(served.model) === modelStem(route.model) ? { ...served, model } : served;
    const saving = savingOf(history, serve, rateOf);
    return saving ? [proposalOf(history, model, { risk, serve, saving })] : [];
  });
}

function proposalOf(
  { route, days }: RouteHistory,
  model: string,
  proposal: Pick<Proposal, 'serve' | 'saving'> & { risk: QualityRisk },
): Proposal {
  const { risk, serve, saving } = proposal;
  const isQuestion = !isKnownEnough(risk, route);
  return {
    kind: 'model-switch',
    lever: 'model',
    change: { kind: 'model', route, toModel: model },
    serve,
    saving,
    isQuestion,
    what: isQuestion
      ? `Could ${model} serve ${workText(route)}?`
      : `Serve ${workText(route)} with ${model}`,
    basis: basisOf(risk),
    action: isQuestion
      ? `Send a share of these requests to ${model}, and grade at least 30 answers of each model ("quality" at settlement). The grades decide`
      : `Send these requests with "model": "${model}"`,
    request: reservationWith(route, days, { model }),
    effort: risk.basis === 'measured' ? 'low' : 'medium',
    evidence: {
      assumption: 'the other model uses the same number of tokens',
      quality:
        risk.basis === 'prior'
          ? 'catalog priors: nobody graded these models on these requests'
          : 'grades given at settlement; requests were not assigned to models at random',
    },
    qualityRisk: risk,
  };
}

/**
 * What only the catalog says is asked, however good it says the other model is. So is what grades say of
 * requests without an operation, because nobody knows that they are the same work.
 */
const isKnownEnough = ({ basis, upperLoss }: QualityRisk, { operation }: Route): boolean =>
  basis !== 'prior' && operation !== undefined && upperLoss < MOST_LOSS;

function basisOf({ basis, graded }: QualityRisk): string {
  if (basis === 'measured') return `measured on ${graded} graded answers of each model`;
  if (basis === 'prior') return 'by the catalog: nobody has graded it here';
  return `by the catalog and few grades (${graded} of this route)`;
}

const sizesOf = ({ usage }: SampledRequest): ServedSizes => ({
  wholeInputTokens: wholeInputOf(usage),
  outputTokens: usage.outputTokens,
});
