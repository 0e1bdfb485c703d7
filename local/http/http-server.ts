import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { createEitherVersionServer } from './either-version.ts';
import type { HttpApi } from './http-api.ts';
import { gatewayAnswer, writeAnswer } from './http-response.ts';
import { serveLocalRoute } from './local-routes.ts';
import type { LocalRoutes } from './local-routes.ts';

/** The single server for people and the application's clients. */
export type HttpServer = {
  url: string;
  /**
   * Starts serving; until then every request gets a 503. `key` returns the key that most of the
   * local run's own paths require.
   */
  serve(apis: readonly HttpApi[], routes: LocalRoutes, key: () => string | undefined): void;
  /** Stops accepting requests, gives current ones `graceMs` milliseconds, then closes. */
  stop(graceMs: number): Promise<void>;
};

/**
 * Listens on a port. If the port is taken, throws an `Error` that names it and explains how to
 * choose another.
 */
export async function startHttpServer(host: string, port: number): Promise<HttpServer> {
  let apis: readonly HttpApi[] | undefined;
  let local: { routes: LocalRoutes; key: () => string | undefined } = {
    routes: {},
    key: () => undefined,
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (apis === undefined) {
      request.resume();
      writeAnswer(response, gatewayAnswer(503, 'Service Unavailable'));
      return;
    }
    if (request.url?.startsWith('/_local/') === true) {
      await serveLocalRoute(local.routes, local.key(), request, response);
      return;
    }
    for (const api of apis) if (await api(request, response)) return;
    request.resume();
    writeAnswer(response, gatewayAnswer(404, 'Not Found'));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error));
      writeAnswer(response, gatewayAnswer(500, 'Internal Server Error'));
    });
  };
  const { server, http, closeIdleConnections, closeAllConnections } = createEitherVersionServer(
    listener,
    { keepAliveTimeout: 65_000 },
  );
  http.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const detail = 'Send Expect: 100-continue, or no Expect header.';
    writeAnswer(response, gatewayAnswer(417, 'Expectation Failed', detail));
  });
  const listening = await listen(server, host, port);
  return {
    url: `http://${host}:${listening}`,
    serve: (httpApis, routes, key) => {
      apis = httpApis;
      local = { routes, key };
    },
    stop: (graceMs) =>
      new Promise((resolve) => {
        const forced = setTimeout(closeAllConnections, graceMs);
        server.close(() => {
          clearTimeout(forced);
          resolve();
        });
        closeIdleConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isPortInUse = error.code === 'EADDRINUSE';
      const sentence = `Port ${port} is already in use. Choose another one, for example PORT=${port + 1}.`;
      reject(isPortInUse ? new Error(sentence, { cause: error }) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? port) : port);
    });
  });
}
