import type { Catalog } from '../catalog/model.ts';
import { modelStem, parseModelId } from '../pricing/model-id.ts';
import { replacementsFor, type ServedSizes } from '../selection/switches.ts';
import { wholeInputOf } from '../token-usage.ts';
import type { SampledRequest } from './day-sample.ts';
import { type AdviceBounds, idsWithin, placeText, providerOfModel } from './bounds.ts';
import type { Proposal } from './proposal.ts';
import { riskOf, type WorkQuality } from './quality-risk.ts';
import { type QualityRisk } from './recommendation.ts';
import { reservationWith } from './request-example.ts';
import { requestsOf, type RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import { type Route, workText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** Advice must cost less than this share of the present quality. */
export const MOST_LOSS = 0.05;

/** What is known of models, and which of them the organization lets advice propose. */
type Choice = {
  quality: WorkQuality;
  catalog: Catalog;
  bounds: AdviceBounds;
  rateOf: RateOf;
};

/**
 * Other models for a route, that fit every request and are not much worse: of the same provider and
 * place, and of those that have leave. The end of the loss's one-sided 95 % interval decides, from grades of this route where both
 * models have enough. Where the catalog or few grades say that a model may do, but not how surely, the
 * proposal is a question.
 */
export function proposeModels(history: RouteHistory, choice: Choice): Proposal[] {
  const { route } = history;
  return candidatesOf(history, choice).flatMap((model): Proposal[] => {
    const risk = riskOf(route.model, model, choice.quality, choice.catalog);
    if (!risk) return [];
    const isCertain = isKnownEnough(risk, route);
    const mayDo = risk.basis !== 'measured' && risk.expectedLoss < MOST_LOSS;
    if (!isCertain && !mayDo) return [];
    const move = moveOf(route.model, model, choice.catalog);
    const serve: Serve = (_, served) => {
      if (modelStem(served.model) !== modelStem(route.model)) return served;
      // A region of one provider is none of another.
      return move ? { ...served, model, region: undefined } : { ...served, model };
    };
    const saving = savingOf(history, serve, choice.rateOf);
    return saving ? [proposalOf(history, model, { risk, serve, saving, move })] : [];
  });
}

/** The ids of models that may serve the route's requests, within what the organization allows. */
function candidatesOf(history: RouteHistory, { quality, catalog, bounds }: Choice): string[] {
  const { model: present } = history.route;
  const requests = requestsOf(history);
  const extras = catalog
    .list()
    .map(({ model }) => model)
    .filter(
      (model) =>
        quality.gradesOf(model).length > 0 ||
        bounds.leave.providers.includes(providerOfModel(model, catalog)),
    );
  return replacementsFor(present, requests.map(sizesOf), {
    catalog,
    graded: extras,
    nowMs: requests.at(-1)?.atMs ?? 0,
  }).flatMap((candidate) => idsWithin(present, candidate, bounds, catalog));
}

/** From one provider to another, and to which of its places. */
type Move = { from: string; to: string };

function moveOf(present: string, model: string, catalog: Catalog): Move | undefined {
  const [from = '', to = ''] = [present, model].map((each) => providerOfModel(each, catalog));
  if (from === to) return undefined;
  const { profile } = parseModelId(model);
  return { from, to: profile === undefined ? to : `${to} in ${placeText(profile)}` };
}

function proposalOf(
  { route, days }: RouteHistory,
  model: string,
  proposal: Pick<Proposal, 'serve' | 'saving'> & { risk: QualityRisk; move: Move | undefined },
): Proposal {
  const { risk, serve, saving, move } = proposal;
  const isQuestion = !isKnownEnough(risk, route);
  const provider = move ? ` from ${move.to} instead of ${move.from}` : '';
  const to = move ? ` to ${move.to},` : '';
  return {
    kind: 'model-switch',
    lever: 'model',
    change: { kind: 'model', route, toModel: model },
    serve,
    saving,
    isQuestion,
    what: isQuestion
      ? `Could ${model}${provider} serve ${workText(route)}?`
      : `Serve ${workText(route)} with ${model}${provider}`,
    basis: basisOf(risk),
    action: isQuestion
      ? `Send a share of these requests to ${model}, and grade at least 30 answers of each model ("quality" at settlement). The grades decide`
      : `Send these requests${to} with "model": "${model}"`,
    request: reservationWith(route, days, { model }),
    effort: risk.basis === 'measured' ? 'low' : 'medium',
    evidence: {
      assumption: move
        ? `the other model uses the same number of tokens, and ${move.to} may process these requests`
        : 'the other model uses the same number of tokens',
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
