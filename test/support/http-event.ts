import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { CallerLimits, Role } from '../../domain/access/caller.ts';
import { requireContract } from './contract.ts';
import { type CallerContext, callerContext, type HttpEvent } from '../../lambdas/edge/caller.ts';

type Request = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  organizationId?: string;
  actor?: string;
  role?: Role;
  /** The credentials' limits. */
  limits?: CallerLimits;
  /** What the authorizer said of the caller, instead of the fields above. */
  context?: CallerContext;
};

/** An event as API Gateway sends it to a function behind the authorizer. */
export function httpEvent(routeKey: string, request: Request = {}): HttpEvent {
  const [method = 'GET', template = '/'] = routeKey.split(' ');
  const path = Object.entries(request.params ?? {}).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    template,
  );
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: new URLSearchParams(request.query).toString(),
    headers: { 'content-type': 'application/json', host: 'api.example.com', ...request.headers },
    ...(request.query ? { queryStringParameters: request.query } : {}),
    ...(request.params ? { pathParameters: request.params } : {}),
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      authorizer: {
        lambda:
          request.context ??
          callerContext({
            organizationId: request.organizationId ?? 'acme',
            actor: request.actor ?? 'key-1',
            role: request.role ?? 'admin',
            ...request.limits,
          }),
      },
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey,
      stage: '$default',
      time: '21/Nov/2026:12:30:00 +0000',
      timeEpoch: 1_795_264_200_000,
    },
  };
}

type Handler = (event: HttpEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

export type Answer = {
  status: number;
  contentType: unknown;
  headers: Record<string, unknown>;
  text: string;
  /** The parsed body, if it is JSON. */
  json: Record<string, unknown>;
};

/**
 * Calls a function like Lambda and reads its answer.
 * @throws Error if the answer violates its route's contract
 */
export async function call(
  handler: unknown,
  routeKey: string,
  request: Request = {},
): Promise<Answer> {
  const answer = await callUnpublished(handler, routeKey, request);
  requireContract(routeKey, answer);
  return answer;
}

/** The same for a test-only route, which has no contract. */
export async function callUnpublished(
  handler: unknown,
  routeKey: string,
  request: Request = {},
): Promise<Answer> {
  const answer = await (handler as Handler)(httpEvent(routeKey, request), {} as Context);
  const { headers = {}, body: text = '', statusCode: status = 200 } = answer;
  const contentType = headers['content-type'];
  const json = /[/+]json\b/.test(String(contentType)) ? JSON.parse(text) : {};
  return { status, contentType, headers, text, json };
}
