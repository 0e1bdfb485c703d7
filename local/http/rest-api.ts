import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionFleet } from '../functions/function-fleet.ts';
import type { LocalClock } from '../local-clock.ts';
import { type HttpApi, splitUrl } from './http-api.ts';
import { type HttpAnswer, writeAnswer } from './http-response.ts';
import { readBody } from './read-body.ts';
import type { RestApiDefinition, RestTarget } from './rest-api-definition.ts';
import { createRestEvent, newRequestId } from './rest-event.ts';
import { type Refusal, refusalAnswer } from './rest-refusals.ts';
import { createRouteTable, type RouteMatch } from './route-table.ts';
import { StreamedAnswer } from './streamed-answer.ts';

export type RestApiOptions = {
  fleet: FunctionFleet;
  clock: LocalClock;
  /** Whether an unknown path is this API's to refuse. */
  claims: (path: string) => boolean;
  /** Told of each request that the API served or refused. */
  onAnswer: (statusCode: number, durationMs: number) => void;
  /** How long a function may be silent. A regional API waits five minutes. */
  idleMs?: number;
};

const LARGEST_BODY_BYTES = 10 * 1024 * 1024;
const IDLE_MS = 5 * 60_000;

type Served = {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  path: string;
  queryString: string;
};

/**
 * Creates the request handler of a REST API whose functions stream, which imitates a regional API
 * of API Gateway. It serves paths without the stage, as behind a domain of one's own.
 */
export function createRestApi(api: RestApiDefinition, options: RestApiOptions): HttpApi {
  const { clock, claims, onAnswer } = options;
  const table = createRouteTable(api.routes, (text) => text);
  return async (request, response) => {
    const { path, queryString } = splitUrl(request.url ?? '/');
    const match = table(request.method ?? 'GET', path);
    if (match === undefined && !claims(path)) return false;
    const began = performance.now();
    const served = { request, response, requestId: newRequestId(), path, queryString };
    const extra = headersOf(served.requestId, clock);
    const status =
      match?.route.target.kind === 'function'
        ? await stream(api, options, served, match, extra)
        : answerAtOnce(served, refusalOrMock(api, served, match), extra);
    if (status !== undefined) onAnswer(status, performance.now() - began);
    return true;
  };
}

const headersOf = (requestId: string, clock: LocalClock): Record<string, string> => ({
  'x-amzn-requestid': requestId,
  date: new Date(clock.now()).toUTCString(),
});

const refusalOrMock = (
  { refusals }: RestApiDefinition,
  { requestId }: Served,
  match: RouteMatch<RestTarget> | undefined,
): HttpAnswer =>
  match?.route.target.kind === 'mock'
    ? match.route.target.answer
    : refusalAnswer(refusals, 'MISSING_AUTHENTICATION_TOKEN', requestId);

function answerAtOnce(
  { request, response }: Served,
  answer: HttpAnswer,
  extra: Readonly<Record<string, string>>,
): number {
  request.resume();
  writeAnswer(response, answer, extra);
  return answer.statusCode;
}

/** Resolves when the function has ended, to the status; to `undefined` if it was not asked. */
async function stream(
  api: RestApiDefinition,
  { fleet, clock, idleMs = IDLE_MS }: RestApiOptions,
  served: Served,
  { route: { target }, pathParameters }: RouteMatch<RestTarget>,
  extra: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  if (target.kind !== 'function') return undefined;
  const { request, response, requestId, path, queryString } = served;
  const refuse = (refusal: Refusal): HttpAnswer => refusalAnswer(api.refusals, refusal, requestId);
  const body = await readBody(request, LARGEST_BODY_BYTES);
  if (body === 'aborted' || response.destroyed) return undefined;
  if (body === 'too-large') {
    response.setHeader('connection', 'close');
    return answerAtOnce(served, refuse('REQUEST_TOO_LARGE'), extra);
  }
  const parts = { api, target, requestId, path, queryString, pathParameters, body };
  const event = createRestEvent(request, { ...parts, now: clock.now() });
  const { timeoutMs } = target;
  const answer = new StreamedAnswer(response, { extra, idleMs, timeoutMs, refuse });
  const result = await fleet.invoke(target.functionArn, JSON.stringify(event), answer);
  return answer.end(result);
}
