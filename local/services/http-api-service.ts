import { createHttpApi } from '../http/http-api.ts';
import { type HttpApiDefinition, readHttpApis } from '../http/http-api-definition.ts';
import { startHttpServer } from '../http/http-server.ts';
import { createRestApi } from '../http/rest-api.ts';
import { readRestApis, type RestApiDefinition } from '../http/rest-api-definition.ts';
import type { LocalRoutes } from '../http/local-routes.ts';
import type { LocalService, LocalWorld } from '../local-service.ts';
import { addRequestMetrics, addRestMetrics } from '../metrics/observed-metrics.ts';
import type { LambdaService } from './lambda-service.ts';

/** API Gateway's APIs, all on one port, and the run's own paths under `/_local/`. */
export type HttpApiService = LocalService & {
  url: string;
  /** Sets the handlers of the run's own paths, and the key that most of them require. */
  serveLocal(routes: LocalRoutes, key: () => string | undefined): void;
};

const GRACE_MS = 5_000;

/** Listens immediately to detect a taken port early. Answers 503 until `start`. */
export async function openHttpApis(
  world: LocalWorld,
  address: { host: string; port: number },
  lambda: LambdaService,
): Promise<HttpApiService> {
  const server = await startHttpServer(address.host, address.port);
  let begin = (): void => undefined;
  let local: { routes: LocalRoutes; key: () => string | undefined } | undefined;
  return {
    url: server.url,
    serveLocal: (routes, key) => {
      local = { routes, key };
    },
    reads: (template) => {
      const { clock, metrics } = world;
      const fleet = lambda.fleet();
      const httpApis = readHttpApis(template);
      const rest = readRestApis(template).map((api) =>
        createRestApi(api, {
          fleet,
          clock,
          claims: claimsOf(api, httpApis),
          onAnswer: (statusCode, durationMs) => {
            const { name: apiName, stage } = api;
            addRestMetrics(metrics, { apiName, stage, statusCode, durationMs }, clock.now());
          },
        }),
      );
      const http = httpApis.map((api) =>
        createHttpApi(api, fleet, clock, (statusCode, durationMs) => {
          const { apiId, stage } = api;
          addRequestMetrics(metrics, { apiId, stage, statusCode, durationMs }, clock.now());
        }),
      );
      const apis = [...rest, ...http];
      begin = () => server.serve(apis, local?.routes ?? {}, local?.key ?? (() => undefined));
      return undefined;
    },
    start: () => begin(),
    stop: () => server.stop(GRACE_MS),
  };
}

/**
 * On AWS, each API has an address of its own. Here, a REST API refuses unknown paths only below
 * those first segments that no HTTP API uses.
 */
function claimsOf(
  { routes }: RestApiDefinition,
  httpApis: readonly HttpApiDefinition[],
): (path: string) => boolean {
  const shared = new Set(httpApis.flatMap((api) => api.routes.map(({ key }) => rootOf(key))));
  const own = new Set(routes.map(({ key }) => rootOf(key)).filter((root) => !shared.has(root)));
  return (path) => own.has(rootOf(path));
}

/** The first segment of a path, or of a route's key. */
const rootOf = (text: string): string => text.slice(text.indexOf('/')).split('/')[1] ?? '';
