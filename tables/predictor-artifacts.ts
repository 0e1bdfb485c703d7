import type { OutputModel } from '../domain/prediction/fitted-model.ts';
import {
  emptyRoute,
  type Observation,
  observe,
  type OutputStatistics,
  type Route,
  routeKey,
  type RouteStatistics,
  type RouteUpdate,
} from '../domain/prediction/route-statistics.ts';
import { OUTPUT_BINS } from '../domain/prediction/output-histogram.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key } from './dynamodb.ts';

/**
 * What the predictor of each organization has learned. Access patterns: everything that predictions
 * need (the promoted model and the running statistics of every route), in one query; one route, to
 * add what a batch of requests taught; the trained models by version, to promote or roll back.
 */
export const predictorArtifactsTable = defineTable({
  name: 'predictor-artifacts',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

export type LearnedRoute = { route: Route; statistics: RouteStatistics };

/** What predictions need to know of an organization. */
export type Learned = { model: OutputModel | undefined; routes: LearnedRoute[] };

export type PredictorArtifactStore = ReturnType<typeof createPredictorArtifactStore>;

const ATTEMPTS = 5;

/** Routes read at most; beyond them predictions rest on the model's history. */
const MAX_ROUTES = 1_000;

export function createPredictorArtifactStore(db: DynamoDb) {
  async function addRoute(organizationId: string, update: RouteUpdate): Promise<boolean> {
    const key = { pk: organizationId, sk: ROUTE + routeKey(update.route) };
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const item = await db.get({ table: predictorArtifactsTable.name, key, consistent: true });
      const version = Number(item?.['version'] ?? 0);
      const result = await db.write({
        kind: 'put',
        table: predictorArtifactsTable.name,
        item: routeItem(key, update.route, version + 1, learn(item, update.observations)),
        ...(version === 0
          ? { condition: 'attribute_not_exists(pk)' }
          : { condition: 'version = :version', values: { ':version': version } }),
      });
      if (result.ok) return true;
    }
    return false;
  }

  return {
    /** The promoted model and the statistics of every route. */
    async read(organizationId: string): Promise<Learned> {
      const items: Item[] = [];
      let startKey: Key | undefined;
      do {
        const page = await db.query({
          table: predictorArtifactsTable.name,
          condition: 'pk = :pk AND sk BETWEEN :first AND :last',
          values: { ':pk': organizationId, ':first': ACTIVE, ':last': `${ROUTE}\uffff` },
          startKey,
        });
        items.push(...page.items);
        startKey = page.nextKey;
      } while (startKey && items.length < MAX_ROUTES);
      const active = items.find((item) => item['sk'] === ACTIVE);
      return {
        model: active && parseModel(active),
        routes: items.filter((item) => item !== active).map(parseRoute),
      };
    },

    /**
     * Adds what requests taught to the statistics of their routes, one read and one conditional write
     * per route. Statistics are estimates: a batch delivered twice counts twice, and an update that
     * meets another writer five times is given up.
     * @returns how many updates were given up
     */
    async addRouteStatistics(
      organizationId: string,
      updates: readonly RouteUpdate[],
    ): Promise<number> {
      const added = await Promise.all(updates.map((update) => addRoute(organizationId, update)));
      return added.filter((done) => !done).length;
    },

    /** Keeps a trained model under its version; it is not used before `promote`. */
    async putModel(organizationId: string, model: OutputModel): Promise<void> {
      await db.write({
        kind: 'put',
        table: predictorArtifactsTable.name,
        item: { pk: organizationId, sk: VERSION + model.version, model: JSON.stringify(model) },
      });
    },

    /** Trained models of an organization, newest first. */
    async listModels(organizationId: string, limit = 20): Promise<OutputModel[]> {
      const { items } = await db.query({
        table: predictorArtifactsTable.name,
        condition: 'pk = :pk AND begins_with(sk, :prefix)',
        values: { ':pk': organizationId, ':prefix': VERSION },
        descending: true,
        limit,
      });
      return items.map(parseModel);
    },

    /**
     * Makes a kept version the one that predicts; rolling back is the same call.
     * @returns false when there is no such version
     */
    async promote(organizationId: string, version: string): Promise<boolean> {
      const item = await db.get({
        table: predictorArtifactsTable.name,
        key: { pk: organizationId, sk: VERSION + version },
        consistent: true,
      });
      if (!item) return false;
      await db.write({
        kind: 'put',
        table: predictorArtifactsTable.name,
        item: { ...item, sk: ACTIVE },
      });
      return true;
    },
  };
}

const ACTIVE = 'active';
const ROUTE = 'route#';
const VERSION = 'version#';

function learn(item: Item | undefined, observations: readonly Observation[]): RouteStatistics {
  const statistics = item ? parseRoute(item).statistics : emptyRoute();
  observe(statistics, observations);
  return statistics;
}

const routeItem = (
  key: Key,
  route: Route,
  version: number,
  { requests, cells }: RouteStatistics,
): Item => ({
  ...key,
  ...route,
  version,
  requests,
  cells: JSON.stringify([...cells].map(([index, cell]) => [index, ...packed(cell)])),
});

function parseRoute(item: Item): LearnedRoute {
  const cells: number[][] = JSON.parse(String(item['cells']));
  return {
    route: {
      model: String(item['model']),
      system: String(item['system']),
      operation: String(item['operation']),
    },
    statistics: {
      requests: Number(item['requests']),
      cells: new Map(cells.map(([index = 0, ...numbers]) => [index, unpacked(numbers)])),
    },
  };
}

/** A cell as few numbers: its sums, the first bin that holds anything, and the bins from there. */
function packed({ weight, outputSum, logSum, bins }: OutputStatistics): number[] {
  const first = Math.max(
    0,
    bins.findIndex((share) => share >= 0.0005),
  );
  const last = bins.findLastIndex((share) => share >= 0.0005);
  return [weight, outputSum, logSum, first, ...bins.slice(first, last + 1)].map(
    (number) => Math.round(number * 1e3) / 1e3,
  );
}

function unpacked([weight = 0, outputSum = 0, logSum = 0, first = 0, ...held]: number[]) {
  const bins = Array.from({ length: OUTPUT_BINS }, () => 0);
  for (const [offset, share] of held.entries()) bins[first + offset] = share;
  return { weight, outputSum, logSum, bins } satisfies OutputStatistics;
}

function parseModel(item: Item): OutputModel {
  const model: OutputModel = JSON.parse(String(item['model']));
  return model;
}
