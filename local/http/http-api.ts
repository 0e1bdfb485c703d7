import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionFleet } from '../functions/function-fleet.ts';
import type { LocalClock } from '../local-clock.ts';
import { createAuthorizer } from './authorizer.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import type { HttpApiDefinition, RouteTarget } from './http-api-definition.ts';
import { createFairQueue } from './fair-queue.ts';
import { addBody, createHttpEvent } from './http-event.ts';
import { functionAnswer, gatewayAnswer, writeAnswer } from './http-response.ts';
import type { HttpAnswer } from './http-response.ts';
import { readBody } from './read-body.ts';
import { createRouteTable, decodePath } from './route-table.ts';
import type { RouteMatch } from './route-table.ts';

/** Serves one request. Resolves to `false` when no route of this API fits it. */
export type HttpApi = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const largestBodyBytes = 10 * 1024 * 1024;
/** As much as a small machine answers at once; more would only make every answer later. */
const concurrency = { mostRunning: 12, mostRunningOfOwner: 8, mostWaitingOfOwner: 500 };

/**
 * Makes the request handler of an HTTP API, which behaves as API Gateway does in front of it.
 * `onAnswer` is told of every request that had a route.
 */
export function createHttpApi(
  api: HttpApiDefinition,
  fleet: FunctionFleet,
  clock: LocalClock,
  onAnswer: (statusCode: number, durationMs: number) => void,
): HttpApi {
  const match = createRouteTable(api.routes);
  const queue = createFairQueue(concurrency);
  const authorize = createAuthorizer({
    invoke: (functionArn, event) => fleet.invoke(functionArn, event),
    now: () => clock.now(),
  });
  const stagePrefix = api.stage === '$default' ? '' : `/${api.stage}`;

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    found: RouteMatch<RouteTarget>,
    path: string,
    queryString: string,
  ): Promise<void> => {
    const event = createHttpEvent(request, {
      api,
      routeKey: found.route.key,
      path: decodePath(path),
      queryString,
      pathParameters: found.pathParameters,
      now: clock.now(),
    });
    const gatewayHeaders = {
      'apigw-requestid': event.requestContext.requestId,
      date: new Date(clock.now()).toUTCString(),
      ...corsHeaders(api.cors, request.headers.origin),
    };
    const began = performance.now();
    const answer = (given: HttpAnswer): void => {
      writeAnswer(response, given, gatewayHeaders);
      onAnswer(given.statusCode, performance.now() - began);
    };
    const { authorizer, functionArn, timeoutMs } = found.route.target;
    const reading = readBody(request, largestBodyBytes);
    if (authorizer !== undefined) {
      const decision = await authorize(authorizer, event);
      if (!decision.allowed) {
        request.resume();
        answer(gatewayAnswer(decision.statusCode, refusals[decision.statusCode]));
        return;
      }
      event.requestContext.authorizer = { lambda: decision.context };
    }
    const body = await reading;
    if (body === 'too-large') {
      response.setHeader('connection', 'close');
      answer(gatewayAnswer(413, 'Request Entity Too Large'));
      return;
    }
    if (body === 'aborted') return;
    addBody(event, body);
    const invoked = queue(request.headers.authorization ?? '', async () =>
      // Nobody waits for the answer any more.
      response.destroyed || response.writableEnded
        ? undefined
        : fleet.invoke(functionArn, JSON.stringify(event)),
    );
    const result = await withTimeout(invoked, timeoutMs);
    if (result === undefined) return;
    if (result === 'full') answer(gatewayAnswer(429, 'Too Many Requests'));
    else if (result === 'timeout') answer(gatewayAnswer(503, 'Service Unavailable'));
    else if (result.ok) answer(functionAnswer(result.payload));
    else answer(gatewayAnswer(500, 'Internal Server Error'));
  };

  return async (request, response) => {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const queryString = mark < 0 ? '' : url.slice(mark + 1);
    if (stagePrefix !== '' && path !== stagePrefix && !path.startsWith(`${stagePrefix}/`)) {
      return false;
    }
    const found = match(request.method ?? 'GET', path.slice(stagePrefix.length) || '/');
    if (request.method === 'OPTIONS' && api.cors !== undefined) {
      request.resume();
      writeAnswer(response, preflightAnswer(api.cors, request.headers.origin));
      return true;
    }
    if (found === undefined) return false;
    await serve(request, response, found, path, queryString);
    return true;
  };
}

const refusals = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' } as const;

function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | 'timeout'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('timeout'), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
