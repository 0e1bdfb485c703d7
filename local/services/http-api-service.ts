import { createHttpApi } from '../http/http-api.ts';
import { readHttpApis } from '../http/http-api-definition.ts';
import { startHttpServer } from '../http/http-server.ts';
import type { LocalRoutes } from '../http/local-routes.ts';
import type { LocalService, LocalWorld } from '../local-service.ts';
import { addRequestMetrics } from '../metrics/observed-metrics.ts';
import type { LambdaService } from './lambda-service.ts';

/** API Gateway's HTTP APIs, and the run's own paths under `/_local/`. */
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
      const apis = readHttpApis(template).map((api) =>
        createHttpApi(api, lambda.fleet(), clock, (statusCode, durationMs) => {
          const { apiId, stage } = api;
          addRequestMetrics(metrics, { apiId, stage, statusCode, durationMs }, clock.now());
        }),
      );
      begin = () => server.serve(apis, local?.routes ?? {}, local?.key ?? (() => undefined));
      return undefined;
    },
    start: () => begin(),
    stop: () => server.stop(GRACE_MS),
  };
}
