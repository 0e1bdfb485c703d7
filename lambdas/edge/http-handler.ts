import { createHash } from 'node:crypto';
import middy, { type MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';
import { ProblemError } from '../../contracts/problem.ts';
import type { AnswerOf, Responses, Route } from '../../contracts/route.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { IdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import type { QuotaKeeper } from '../../services/quotas/quota-keeper.ts';
import { requireAccess } from './access.ts';
import { callerOf, type HttpEvent } from './caller.ts';
import { compressedAnswers } from './compressed-answers.ts';
import { namedParts, type Spell, spelledError, spellOf } from './naming.ts';
import { parsePart, readJsonBody } from './parse-request.ts';
import { reportProblem } from './report-problem.ts';
import { admitRequest } from './request-quota.ts';

/** The edge's dependencies. `trace` wraps an invocation in a tracing segment. */
export type Edge = {
  now: () => number;
  telemetry: Telemetry;
  trace?: MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2> | undefined;
  /** Required if a route remembers keys. */
  sentKeys?: IdempotencyKeyStore;
  /** Limits how often a credential may call. The gateway limits public routes. */
  quotas?: QuotaKeeper;
};

/** A request whose parts have all passed their schemas. */
export type EndpointRequest<Params, QueryString, Body> = {
  params: Params;
  query: QueryString;
  body: Body;
  /** The verified caller. On public routes, an empty one without any rights. */
  caller: Caller;
  /** The caller and the time, in the form that services take. */
  call: Caller & Call;
  nowMs: number;
  requestId: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
  idempotencyKey: string | undefined;
  /** Spells IDs the way this request does. Answers are spelled that way automatically. */
  spell: Spell;
};

/** Any route's answer. `endpoint` narrows it to the route's declaration. */
type EndpointResponse = { status: number; headers?: Record<string, string> } & (
  { body: unknown } | { text: string; contentType: string }
);

type Endpoint = {
  /** In API Gateway's form: `GET /v1/budgets`, or `$default`. */
  routeKey: string;
  remembersKeys?: boolean;
  run(event: HttpEvent, nowMs: number, edge: Edge): Promise<EndpointResponse>;
};

const MAX_KEY_CHARACTERS = 255;
/** Lambda returns at most 6 MB, in which every quote in a body takes two bytes. */
const MAX_ANSWER_BYTES = 5_000_000;
const NOTHING = z.strictObject({});
const NOBODY: Caller = { organizationId: '', actor: '', role: 'viewer', users: [], systems: [] };

/** Binds a route to its handler, whose status and body must match the route's declaration. */
export function endpoint<
  Params extends z.ZodType,
  QueryString extends z.ZodType,
  Body extends z.ZodType,
  Answers extends Responses,
>(
  route: Route<Params, QueryString, Body, Answers>,
  answer: (
    request: EndpointRequest<z.output<Params>, z.output<QueryString>, z.output<Body>>,
  ) => Promise<AnswerOf<NoInfer<Answers>>>,
): Endpoint {
  return {
    routeKey: `${route.method} ${route.path}`,
    remembersKeys: route.idempotencyKey === 'remembered',
    async run(event, nowMs, { sentKeys, quotas }) {
      const caller = admitted(route, event, nowMs);
      const isMetered = quotas && route.roles !== 'public';
      const headers = isMetered ? await admitRequest(quotas, caller, route) : {};
      const parts = {
        params: parsePart(route.params, event.pathParameters ?? {}, 'path'),
        query: queryOf(route, event),
        body: bodyOf(route, event),
      };
      const request = {
        ...namedParts(route.access, caller, parts),
        caller,
        call: { ...caller, nowMs },
        nowMs,
        requestId: event.requestContext.requestId,
        headers: event.headers,
        idempotencyKey: idempotencyKeyOf(event),
        spell: spellOf(route.access, caller, parts),
      };
      requireAccess(route.access, caller, request);
      if (sentKeys && route.idempotencyKey === 'remembered' && request.idempotencyKey) {
        await claimKey(sentKeys, request.call, event, request.idempotencyKey);
      }
      try {
        const answered: EndpointResponse = await answer(request);
        const spelled =
          'body' in answered ? { ...answered, body: request.spell(answered.body) } : answered;
        return { ...spelled, headers: { ...headers, ...answered.headers } };
      } catch (error) {
        throw spelledError(request.spell, error);
      }
    },
  };
}

/** Refuses unknown parameters, except on public routes, because probes add their own. */
function queryOf<QueryString extends z.ZodType>(
  route: Route<z.ZodType, QueryString>,
  event: HttpEvent,
): z.output<QueryString> {
  const parameters = event.queryStringParameters ?? {};
  if (!route.query && route.roles !== 'public') parsePart(NOTHING, parameters, 'query');
  return parsePart(route.query, parameters, 'query');
}

/**
 * A route without a body accepts only an empty one or `{}`, so that it never silently ignores
 * input.
 */
function bodyOf<Body extends z.ZodType>(
  route: Route<z.ZodType, z.ZodType, Body>,
  event: HttpEvent,
): z.output<Body> {
  if (route.body && route.isBodyOptional && !event.body) return parsePart(route.body, {}, 'body');
  if (route.body) return parsePart(route.body, readJsonBody(event, route.maxBodyBytes), 'body');
  if (event.body && route.method !== 'GET') parsePart(NOTHING, readJsonBody(event), 'body');
  return undefined as z.output<Body>;
}

/**
 * Creates the Lambda handler for a set of routes: authenticates, validates, answers, and maps
 * errors to problems.
 */
export function createHttpHandler(edge: Edge, endpoints: Endpoint[]) {
  if (!edge.sentKeys && endpoints.some(({ remembersKeys }) => remembersKeys)) {
    throw new Error('a route remembers keys, and nothing is there to remember them');
  }
  const byRouteKey = new Map(endpoints.map((candidate) => [candidate.routeKey, candidate]));
  const handler = middy<HttpEvent, APIGatewayProxyStructuredResultV2>();
  if (edge.trace) handler.use(edge.trace);
  return handler
    .use(compressedAnswers())
    .use(observed(edge))
    .use(problems(edge))
    .handler(async (event) => {
      const endpointOfKey = byRouteKey.get(event.routeKey);
      if (!endpointOfKey) throw new ProblemError('not-found', 'Nothing is at this path.');
      const { requestId } = event.requestContext;
      const response = rendered(await endpointOfKey.run(event, edge.now(), edge), requestId);
      const bytes = Buffer.byteLength(response.body);
      if (bytes <= MAX_ANSWER_BYTES) return response;
      const detail = `The response has ${bytes} bytes; the maximum is ${MAX_ANSWER_BYTES}. Request less.`;
      throw new ProblemError('invalid-request', detail);
    });
}

function admitted(route: Pick<Route, 'roles'>, event: HttpEvent, nowMs: number): Caller {
  if (route.roles === 'public') return NOBODY;
  const caller = callerOf(event, nowMs);
  if (!caller) {
    throw new ProblemError('unauthorized', 'Send a valid API key as Authorization: Bearer <key>.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  if (!route.roles.includes(caller.role)) {
    throw new ProblemError(
      'forbidden',
      `This requires the role ${route.roles.join(' or ')}; your credentials have ${caller.role}.`,
    );
  }
  return caller;
}

async function claimKey(
  sentKeys: IdempotencyKeyStore,
  { organizationId, actor, nowMs: atMs }: Call,
  event: HttpEvent,
  key: string,
): Promise<void> {
  const target = `${event.routeKey} ${event.rawPath}`;
  const digest = createHash('sha256')
    .update(event.body ?? '')
    .digest('base64url');
  if (await sentKeys.claim({ organizationId, actor, target, key, digest, atMs })) return;
  throw new ProblemError('conflict', 'This Idempotency-Key was used with a different body.', {
    errors: [{ field: 'Idempotency-Key', message: 'was used with a different body' }],
    headers: { 'x-should-retry': 'false' },
  });
}

function idempotencyKeyOf(event: HttpEvent): string | undefined {
  const key = event.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (key.length === 0 || key.length > MAX_KEY_CHARACTERS || !/^[\x21-\x7e]+$/.test(key)) {
    const message = `must be 1 to ${MAX_KEY_CHARACTERS} printable ASCII characters without blanks`;
    throw new ProblemError('invalid-request', `Idempotency-Key: ${message}`, {
      errors: [{ field: 'Idempotency-Key', message }],
    });
  }
  return key;
}

type Middleware = MiddlewareObj<HttpEvent, APIGatewayProxyStructuredResultV2>;

function observed({ telemetry }: Edge): Middleware {
  const started = new WeakMap<object, number>();
  return {
    before: ({ event }) => void started.set(event, performance.now()),
    after: ({ event, response }) => {
      const latencyMs = performance.now() - (started.get(event) ?? 0);
      const status = response?.statusCode ?? 200;
      telemetry.info('REQUEST_ANSWERED', {
        requestId: event.requestContext.requestId,
        route: event.routeKey,
        status,
        latencyMs: Math.round(latencyMs * 100) / 100,
      });
    },
  };
}

function problems({ telemetry }: Edge): Middleware {
  return {
    onError: (request) => {
      const { event, error } = request;
      const { requestId } = event.requestContext;
      const problem = reportProblem(telemetry, { requestId, route: event.routeKey }, error);
      request.response = rendered(
        {
          status: problem.status,
          text: JSON.stringify({ ...problem.body, requestId }),
          contentType: 'application/problem+json',
          headers: problem.headers,
        },
        requestId,
      );
    },
  };
}

function rendered(answer: EndpointResponse, requestId: string) {
  return {
    statusCode: answer.status,
    headers: {
      'content-type': 'text' in answer ? answer.contentType : 'application/json',
      'cache-control': 'no-store',
      'x-purser-request-id': requestId,
      ...answer.headers,
    },
    body: 'text' in answer ? answer.text : JSON.stringify(answer.body),
  };
}
