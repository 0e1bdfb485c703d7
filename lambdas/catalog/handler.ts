import { catalogRoutes as routes, type ModelView } from '../../contracts/catalog.ts';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { predictorRoutes, predictorsViewOf } from '../../contracts/predictors.ts';
import type { CatalogModel } from '../../domain/catalog/model.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { nextCard, type RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { invalidField, notFound } from '../../services/errors.ts';
import {
  type ManagePredictorsDeps,
  promotePredictor,
  readPredictors,
} from '../../services/prediction/manage-predictors.ts';
import { readCatalog } from '../../services/catalog/model-catalog.ts';
import { type LimitReaders, requireFreeName } from '../../services/catalog/require-free-name.ts';
import { setModel, type SetModelDeps } from '../../services/catalog/set-model.ts';
import { setRateCard, type SetRateCardDeps } from '../../services/catalog/set-rate-card.ts';
import { modelFactsOf } from '../../contracts/model-input.ts';
import { modelViewOf, rateCardViewOf } from '../../contracts/catalog-views.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge &
  SetRateCardDeps &
  SetModelDeps &
  LimitReaders &
  ManagePredictorsDeps & { rateCards: RateCardStore };

/** Shows and sets models, their prices and the current predictor. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.listModels, async ({ query, caller, nowMs }) => {
      const { organizationId } = caller;
      const all = (await readCatalog(deps.models, organizationId)).list();
      const from = positionAfter(
        all.map(({ model }) => model),
        decodeCursor('models', query.cursor),
      );
      const page = all.slice(from, from + query.limit);
      const names = page.map(({ model }) => model);
      const overrides = await deps.rateCards.getMany(organizationId, names);
      const next = from + page.length < all.length ? names.at(-1) : undefined;
      return {
        status: 200,
        body: {
          items: page.map((model) => pricedModel(model, overrides.get(model.model), nowMs)),
          nextCursor: encodeCursor('models', next),
        },
      };
    }),

    endpoint(routes.putModel, async ({ params: { model }, body, caller, call, nowMs }) => {
      const entry = await setModel(deps, call, model, modelFactsOf(body));
      const own = await deps.rateCards.getMany(caller.organizationId, [model]);
      return { status: 200, body: pricedModel(entry, own.get(model), nowMs) };
    }),

    endpoint(routes.getRateCard, async ({ params: { model }, caller, nowMs }) => {
      const { cards: own } = await deps.rateCards.get(caller.organizationId, model);
      const builtIn = builtInCards.get(modelStem(model)) ?? [];
      if (own.length + builtIn.length === 0) {
        throw notFound(`Model ${model} has no builtIn price.`);
      }
      const cards = [
        ...builtIn.map((card) => rateCardViewOf(card, 'built-in', nowMs)),
        ...own.map((card) => rateCardViewOf(card, 'organization', nowMs)),
      ].toSorted((a, b) => a.effectiveFrom.localeCompare(b.effectiveFrom));
      const resolved = resolveRate({ model, atMs: nowMs, overrides: own });
      const current =
        resolved.ok &&
        rateCardViewOf(
          resolved.card,
          own.includes(resolved.card) ? 'organization' : 'built-in',
          nowMs,
        );
      return { status: 200, body: { model: modelStem(model), ...(current && { current }), cards } };
    }),

    endpoint(routes.putRateCard, async ({ params: { model }, body, call, nowMs }) => {
      const { sameAs } = body;
      if (sameAs !== undefined) await requireFreeName(deps, call, { name: model, sameAs });
      const card = await setRateCard(deps, call, model, body);
      return { status: 200, body: rateCardViewOf(card, 'organization', nowMs) };
    }),

    endpoint(predictorRoutes.listPredictors, async ({ caller }) => ({
      status: 200,
      body: predictorsViewOf(await readPredictors(deps, caller.organizationId)),
    })),

    endpoint(predictorRoutes.promotePredictor, async ({ body, caller, call }) => {
      await promotePredictor(deps, call, body);
      return {
        status: 200,
        body: predictorsViewOf(await readPredictors(deps, caller.organizationId)),
      };
    }),
  ]);

function pricedModel(model: CatalogModel, own: RateCard[] | undefined, nowMs: number): ModelView {
  const resolved = resolveRate({ model: model.model, atMs: nowMs, overrides: own });
  const dated = own ?? builtInCards.get(modelStem(model.model)) ?? [];
  const card = resolved.ok ? resolved.card : undefined;
  return modelViewOf(model, card, nextCard(dated, nowMs), nowMs);
}

function positionAfter(models: readonly string[], cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const position = models.indexOf(cursor);
  if (position < 0) throw invalidField('cursor', 'is not a cursor for this list');
  return position + 1;
}
