import type { OutputModel, Promotion } from '../../domain/prediction/fitted-model.ts';
import {
  emptyRoute,
  type Route,
  routeKey,
  type RouteStatistics,
} from '../../domain/prediction/route-statistics.ts';
import { json, number, optional, orElse } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb } from '../dynamodb.ts';
import { optimistically } from '../optimistically.ts';
import { queryAll } from '../query-all.ts';
import { removalOf, type Replacement, replacementOf } from '../replacement.ts';
import { type LearnedRoute, parseRoute, routeItem, versionOf } from './route-statistics-items.ts';
import { predictorArtifactsTable } from './table.ts';

/** What predictions need to know about an organization. */
export type Learned = { promotion: Promotion | undefined; routes: LearnedRoute[] };

/** A trained model and its version. */
export const modelCodec = itemCodec(predictorArtifactsTable, 'model', {
  model: json<OutputModel>(),
});

export const promotionCodec = itemCodec(predictorArtifactsTable, 'promotion', {
  model: json<OutputModel>(),
  rolloutPercent: orElse(number, 100),
  previous: optional(json<OutputModel>()),
});

export type PredictorArtifactStore = ReturnType<typeof createPredictorArtifactStore>;

/** The maximum number of routes to read. Beyond it, predictions rely on the model's history. */
const MAX_ROUTES = 1_000;

export const createPredictorArtifactStore = (db: DynamoDb) => ({
  ...routeStatistics(db),
  ...models(db),
});

/** What was learned about routes. */
function routeStatistics(db: DynamoDb) {
  return {
    /**
     * The promoted model and every route's statistics.
     * @param routeKeys reads only these routes (`routeKey`); missing ones are left out
     */
    async read(organizationId: string, routeKeys?: readonly string[]): Promise<Learned> {
      const between = (first: string, last: string) => ({
        table: predictorArtifactsTable.name,
        condition: 'pk = :pk AND sk BETWEEN :first AND :last',
        values: { ':pk': organizationId, ':first': first, ':last': last },
      });
      const keys = routeKeys && [ACTIVE, ...routeKeys.map((key) => ROUTE + key)];
      const ranges = keys ? keys.map((key) => between(key, key)) : [between(ACTIVE, ROUTES_END)];
      const pages = await Promise.all(ranges.map((range) => queryAll(db, range, MAX_ROUTES)));
      const items = pages.flat();
      const active = items.find((item) => item['sk'] === ACTIVE);
      return {
        promotion: active && promotionCodec.decode(active),
        routes: items.filter((item) => item !== active).map(parseRoute),
      };
    },

    /**
     * Updates what was learned about a route, with one read and one conditional write. Statistics
     * are estimates: a batch delivered twice counts twice, and the update is dropped if every
     * attempt conflicts.
     * @param learn changes statistics in place; called again after each conflict
     * @returns false if the update was dropped
     */
    async updateRoute(
      organizationId: string,
      route: Route,
      learn: (statistics: RouteStatistics) => void,
    ): Promise<boolean> {
      const key = { pk: organizationId, sk: ROUTE + routeKey(route) };
      const outcome = await optimistically<void>(async () => {
        const item = await db.get({ table: predictorArtifactsTable.name, key, consistent: true });
        const version = item ? versionOf(item) : 0;
        const { statistics } = item ? parseRoute(item) : { statistics: emptyRoute() };
        learn(statistics);
        const result = await db.write({
          kind: 'put',
          table: predictorArtifactsTable.name,
          item: routeItem(key, version + 1, { route, statistics }),
          ...(version === 0
            ? { condition: 'attribute_not_exists(pk)' }
            : { condition: 'version = :version', values: { ':version': version } }),
        });
        return result.ok ? { done: undefined } : 'conflict';
      });
      return outcome !== undefined;
    },
  };
}

/** Trained models, and the promoted one. */
function models(db: DynamoDb) {
  return {
    /** Stores a trained model under its version. It is not used until `promotion`. */
    async putModel(organizationId: string, model: OutputModel): Promise<void> {
      await db.write({
        kind: 'put',
        table: predictorArtifactsTable.name,
        item: { pk: organizationId, sk: VERSION + model.version, ...modelCodec.encode({ model }) },
      });
    },

    /** Trained models of an organization, newest first. */
    async listModels(organizationId: string, limit = 20): Promise<OutputModel[]> {
      const query = {
        table: predictorArtifactsTable.name,
        condition: 'pk = :pk AND begins_with(sk, :prefix)',
        values: { ':pk': organizationId, ':prefix': VERSION },
        descending: true,
        limit,
      };
      const items = await queryAll(db, query, limit);
      return items.slice(0, limit).map((item) => modelCodec.decode(item).model);
    },

    /** The promoted model; `undefined` if running statistics predict alone. */
    async readPromotion(organizationId: string): Promise<Promotion | undefined> {
      const key = { pk: organizationId, sk: ACTIVE };
      const item = await db.get({ table: predictorArtifactsTable.name, key, consistent: true });
      return item && promotionCodec.decode(item);
    },

    /**
     * The current promotion, and the write that promotes a stored version for a share of users. The
     * others keep the previous model. Use the same call to roll back.
     * @returns `undefined` if the version does not exist
     */
    async promotion(
      organizationId: string,
      version: string,
      rolloutPercent = 100,
    ): Promise<Replacement<Promotion> | undefined> {
      const table = predictorArtifactsTable.name;
      const kept = { pk: organizationId, sk: VERSION + version };
      const item = await db.get({ table, key: kept, consistent: true });
      if (!item) return undefined;
      const key = { pk: organizationId, sk: ACTIVE };
      const { before, write } = await replacementOf(db, table, key, (active) => {
        const was = active && promotionCodec.decode(active);
        const isSame = was?.model.version === version;
        const previous = isSame || (was?.rolloutPercent ?? 100) < 100 ? was?.previous : was?.model;
        const { model } = modelCodec.decode(item);
        return promotionCodec.encode({ model, rolloutPercent, previous });
      });
      return { before: before && promotionCodec.decode(before), write };
    },

    /**
     * The current promotion, and the write that removes it, so that running statistics predict
     * alone.
     */
    async demotion(organizationId: string) {
      const key = { pk: organizationId, sk: ACTIVE };
      const removal = await removalOf(db, predictorArtifactsTable.name, key);
      return removal && { before: promotionCodec.decode(removal.before), write: removal.write };
    },
  };
}

const ACTIVE = 'active';
const ROUTE = 'route#';
const ROUTES_END = `${ROUTE}\uffff`;
const VERSION = 'version#';
