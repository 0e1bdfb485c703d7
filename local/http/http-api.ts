import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionFleet } from '../functions/function-fleet.ts';
import type { LocalClock } from '../local-clock.ts';
import { createAuthorizer } from './authorizer.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import type { HttpApiDefinition, RouteTarget } from './http-api-definition.ts';
import { createFairQueue } from './fair-queue.ts';
import { addBody, createHttpEvent, type HttpEvent } from './http-event.ts';
import { functionAnswer, gatewayAnswer, writeAnswer } from './http-response.ts';
import type { HttpAnswer } from './http-response.ts';
import { readBody } from './read-body.ts';
import { createRouteTable, decodePath } from './route-table.ts';

/** Serves one request. Resolves to `false` if no route of this API matches. */
export type HttpApi = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
/** As much as a small machine can answer at once; a higher limit would only slow every answer. */
const CONCURRENCY = { mostRunning: 12, mostRunningOfOwner: 8, mostWaitingOfOwner: 500 };

/**
 * Creates an HTTP API's request handler, which imitates API Gateway. Reports every request that
 * matched a route to `onAnswer`.
 */
export function createHttpApi(
  api: HttpApiDefinition,
  fleet: FunctionFleet,
  clock: LocalClock,
  onAnswer: (statusCode: number, durationMs: number) => void,
): HttpApi {
  const table = createRouteTable(api.routes);
  const answerOf = createAnswer(fleet, clock);
  const stagePrefix = api.stage === '$default' ? '' : `/${api.stage}`;

  return async (request, response) => {
    const { path, queryString } = splitUrl(request.url ?? '/');
    if (stagePrefix !== '' && path !== stagePrefix && !path.startsWith(`${stagePrefix}/`)) {
      return false;
    }
    const match = table(request.method ?? 'GET', path.slice(stagePrefix.length) || '/');
    if (request.method === 'OPTIONS' && api.cors !== undefined) {
      request.resume();
      writeAnswer(response, preflightAnswer(api.cors, request.headers.origin));
      return true;
    }
    if (match === undefined) return false;
    const event = createHttpEvent(request, {
      api,
      routeKey: match.route.key,
      path: decodePath(path),
      queryString,
      pathParameters: match.pathParameters,
      now: clock.now(),
    });
    const headers = {
      'apigw-requestid': event.requestContext.requestId,
      date: new Date(clock.now()).toUTCString(),
      ...corsHeaders(api.cors, request.headers.origin),
    };
    const began = performance.now();
    const answer = await answerOf({ request, response, event, target: match.route.target });
    if (answer === undefined) return true;
    if (answer.statusCode === 413) response.setHeader('connection', 'close');
    writeAnswer(response, answer, headers);
    onAnswer(answer.statusCode, performance.now() - began);
    return true;
  };
}

type RoutedRequest = {
  request: IncomingMessage;
  response: ServerResponse;
  event: HttpEvent;
  target: RouteTarget;
};

/**
 * Answers a routed request: authorizes it, reads its body, waits its turn and invokes the function.
 * Resolves to `undefined` if the client disconnected.
 */
function createAnswer(
  fleet: FunctionFleet,
  clock: LocalClock,
): (routed: RoutedRequest) => Promise<HttpAnswer | undefined> {
  const queue = createFairQueue(CONCURRENCY);
  const authorize = createAuthorizer({
    invoke: (functionArn, event) => fleet.invoke(functionArn, event),
    now: () => clock.now(),
  });
  return async ({ request, response, event, target }) => {
    const { authorizer, functionArn, timeoutMs } = target;
    const reading = readBody(request, LARGEST_BODY_BYTES);
    if (authorizer !== undefined) {
      const decision = await authorize(authorizer, event);
      if (!decision.allowed) {
        request.resume();
        return gatewayAnswer(decision.statusCode, REFUSALS[decision.statusCode]);
      }
      event.requestContext.authorizer = { lambda: decision.context };
    }
    const body = await reading;
    if (body === 'too-large') return gatewayAnswer(413, 'Request Entity Too Large');
    if (body === 'aborted') return undefined;
    addBody(event, body);
    const isGone = (): boolean => response.destroyed || response.writableEnded;
    const invocation = queue(request.headers.authorization ?? '', async () =>
      isGone() ? undefined : fleet.invoke(functionArn, JSON.stringify(event)),
    );
    const result = await withTimeout(invocation, timeoutMs);
    if (result === undefined) return undefined;
    if (result === 'full') return gatewayAnswer(429, 'Too Many Requests');
    if (result === 'timeout') return gatewayAnswer(503, 'Service Unavailable');
    return result.ok ? functionAnswer(result.payload) : gatewayAnswer(500, 'Internal Server Error');
  };
}

/** The path and the query of a request's URL. */
export function splitUrl(url: string): { path: string; queryString: string } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, queryString: '' }
    : { path: url.slice(0, mark), queryString: url.slice(mark + 1) };
}

const REFUSALS = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' } as const;

function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | 'timeout'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('timeout'), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
