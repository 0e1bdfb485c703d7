import { stores } from '../../../composition/stores.ts';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { AiRequest } from '../../../contracts/ai-request.ts';
import { RECOMMENDABLE_MODELS } from '../../../domain/catalog/bedrock-models.ts';
import { createOnlinePredictor } from '../../../domain/prediction/online-predictor.ts';
import { createState, type PredictorState } from '../../../domain/prediction/predictor-state.ts';
import { REMEMBERED_REQUESTS } from '../../../domain/prediction/recent-requests.ts';
import { routeKey, routeOf } from '../../../domain/prediction/route-statistics.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { type SampleRow, sampleTrace } from '../../traces/sample-trace.ts';
import { fitOutputModel } from '../../../domain/prediction/fit-output-model.ts';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { supplyFor } from '../../../domain/selection/supply.ts';
import { quoteRequest } from '../../../services/prediction/quote-request.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import {
  type LearnedRoute,
  parseRoute,
  routeItem,
} from '../../../tables/predictor-artifacts/route-statistics-items.ts';
import { trainingSample } from './train-on-rows.ts';

/** Only these sizes are compared with the targets. */
export const FULL_PREDICTOR = {
  routeRequests: REMEMBERED_REQUESTS,
  quotes: 5_000,
  loads: 100,
  trainingRows: 100_000,
};
export const QUICK_PREDICTOR = { ...FULL_PREDICTOR, quotes: 1_000, loads: 20, trainingRows: 5_000 };

export type PredictorSizes = typeof FULL_PREDICTOR;

export type Spread = { p50Ms: number; p95Ms: number; p99Ms: number; maxMs: number };

/** Results of the predictor benchmark, measured in this process except for the training. */
export type PredictorResult = {
  sizes: PredictorSizes;
  routes: number;
  quoteOne: Spread;
  quoteEight: Spread;
  /** Loads in-memory items into a state. */
  loadItems: Spread;
  /** The same including the query on an embedded store. */
  loadStored: Spread;
  training: { seconds: number; peakMiB: number };
};

const SEED = 1;
const MODELS = RECOMMENDABLE_MODELS.map(([model]) => model);
/** Sample rows generated for each request of the rarest route. */
const ROWS_PER_REQUEST = 20;
const FITTED_ROWS = 2_000;
const WARM_UP = 300;

/**
 * Measures quotes and loading in the worst case: full routes, sessions on every request, and a
 * promoted regression.
 * @param organizationId receives these routes and this model in `db`
 */
export async function measurePredictor(
  db: DynamoDb,
  organizationId: string,
  sizes: PredictorSizes,
  began: (note: string) => void,
): Promise<PredictorResult> {
  began('learning routes');
  const rows = sampleTrace(Math.max(FITTED_ROWS, sizes.routeRequests * ROWS_PER_REQUEST), SEED);
  const routes = learnedRoutes(rows, sizes.routeRequests);
  const { artifacts } = stores(db);
  for (const { route, statistics } of routes) {
    await artifacts.updateRoute(organizationId, route, (stored) =>
      Object.assign(stored, statistics),
    );
  }
  const fit = fitOutputModel(rows.slice(-FITTED_ROWS).map(trainingSample), {
    version: 'bench',
    nowMs: 0,
  });
  if (!fit) throw new Error('the sample is too small to fit');
  await artifacts.putModel(organizationId, fit.candidate);
  const promoted = await artifacts.promotion(organizationId, fit.candidate.version);
  if (promoted) await db.write(promoted.write);

  began('loading');
  const { promotion } = await artifacts.read(organizationId);
  const items = routes.map((learned) =>
    routeItem({ pk: organizationId, sk: routeKey(learned.route) }, 1, learned),
  );
  const fromItems = (): PredictorState => createState(items.map(parseRoute), promotion);
  const loadItems = await spreadOf(sizes.loads, fromItems);
  const loadStored = await spreadOf(sizes.loads, async () => {
    const learned = await artifacts.read(organizationId);
    createState(learned.routes, learned.promotion);
  });

  began('quotes');
  const state = fromItems();
  const requests = rows.slice(0, 1_000).map(requestOf);
  const quotes = async (models: number): Promise<Spread> => {
    const quote = (index: number): void => quoteOnce(requests, index, models, state);
    await spreadOf(WARM_UP, quote);
    return spreadOf(sizes.quotes, quote);
  };
  const quoteOne = await quotes(1);
  const quoteEight = await quotes(8);

  began(`training on ${sizes.trainingRows} rows`);
  const training = await train(sizes.trainingRows);
  return {
    sizes,
    routes: state.routes.size,
    quoteOne,
    quoteEight,
    loadItems,
    loadStored,
    training,
  };
}

/** Learns the newest requests of every kind one by one, as a route of each model. */
function learnedRoutes(rows: readonly SampleRow[], requests: number): LearnedRoute[] {
  const kinds = Map.groupBy(rows, (row) => routeKey(routeOf(row)));
  return [...kinds].flatMap(([key, ofKind]) => {
    const predictor = createOnlinePredictor();
    for (const row of ofKind.slice(-requests)) {
      predictor.learn(routeOf(row), { ...row, session: row.userId });
    }
    const [first] = ofKind;
    const statistics = predictor.state.routes.get(key);
    if (!first || !statistics) throw new Error('a route learned nothing');
    return MODELS.map((model) => ({ route: routeOf({ ...first, model }), statistics }));
  });
}

const requestOf = ({ system, userId, operation, inputTokens }: SampleRow): AiRequest => ({
  system,
  userId,
  operation,
  inputTokens,
  tags: { session: userId },
});

function quoteOnce(
  requests: readonly AiRequest[],
  index: number,
  count: number,
  state: PredictorState,
): void {
  const models = Array.from(
    { length: count },
    (_, offset) => MODELS[(index + offset) % MODELS.length] ?? '',
  );
  const asked = requests[index % requests.length];
  if (!asked) throw new Error('the sample is empty');
  const request = { ...asked, model: models[0] };
  const quoteSet = quoteRequest({
    request,
    models,
    overrides: new Map(),
    state,
    supply: supplyFor(request, { catalog: builtInCatalog, nowMs: Date.now() }),
  });
  if (!quoteSet.ok || quoteSet.quotes.length !== count) throw new Error('a quote is missing');
}

async function spreadOf(count: number, call: (index: number) => unknown): Promise<Spread> {
  const latenciesMs: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const calledMs = performance.now();
    const answer = call(index);
    if (answer instanceof Promise) await answer;
    latenciesMs.push(performance.now() - calledMs);
  }
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0] = quantiles(latenciesMs, [0.5, 0.95, 0.99, 1]);
  return { p50Ms, p95Ms, p99Ms, maxMs };
}

const trained = z.object({ seconds: z.number(), peakMiB: z.number() });

/** Trains in a separate process, so that memory contains nothing else. */
async function train(rows: number): Promise<PredictorResult['training']> {
  const path = fileURLToPath(new URL('train-on-rows.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, String(rows)]);
  return trained.parse(JSON.parse(stdout));
}
