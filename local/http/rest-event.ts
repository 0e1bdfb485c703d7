import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { accountId } from '../template/resource-identity.ts';
import { commonLogTime } from './http-event.ts';
import type { RestApiDefinition, RestTarget } from './rest-api-definition.ts';

type Values = Record<string, string>;
type ManyValues = Record<string, string[]>;

/** Inputs of the event besides the request itself. */
export type RestEventParts = {
  api: RestApiDefinition;
  target: RestTarget;
  requestId: string;
  /** As it came, still encoded. */
  path: string;
  queryString: string;
  pathParameters: Values | undefined;
  body: Buffer;
  /** On the shifted clock, milliseconds since 1970. */
  now: number;
};

export const newRequestId = (): string => randomUUID();

/**
 * Builds the event of a REST API's proxy integration (payload format 1.0). Names of headers and
 * paths stay as the client wrote them; the body is text, because the API has no binary media types.
 */
export function createRestEvent(request: IncomingMessage, parts: RestEventParts) {
  const { api, target, path, body, now } = parts;
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const headers = pairsOf(request.rawHeaders);
  headers.push(['X-Forwarded-For', sourceIp], ['X-Forwarded-Proto', 'http']);
  headers.push(['X-Forwarded-Port', String(request.socket.localPort ?? 0)]);
  const query = [...new URLSearchParams(parts.queryString)];
  const method = request.method ?? 'GET';
  const host = (request.headers.host ?? 'localhost').split(':')[0] ?? '';
  return {
    resource: target.resource,
    path,
    httpMethod: method,
    headers: lastOf(headers),
    multiValueHeaders: allOf(headers),
    queryStringParameters: query.length > 0 ? lastOf(query) : null,
    multiValueQueryStringParameters: query.length > 0 ? allOf(query) : null,
    pathParameters: parts.pathParameters ?? null,
    stageVariables: api.stageVariables ?? null,
    requestContext: {
      accountId,
      apiId: api.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? host,
      extendedRequestId: parts.requestId,
      httpMethod: method,
      identity: identityOf(sourceIp, request.headers['user-agent'] ?? null),
      path: `/${api.stage}${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: parts.requestId,
      requestTime: commonLogTime(now),
      requestTimeEpoch: now,
      resourceId: target.resourceId,
      resourcePath: target.resource,
      stage: api.stage,
    },
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
  };
}

const identityOf = (sourceIp: string, userAgent: string | null) => ({
  accessKey: null,
  accountId: null,
  caller: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  sourceIp,
  user: null,
  userAgent,
  userArn: null,
});

function pairsOf(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) pairs.push([raw[at] ?? '', raw[at + 1] ?? '']);
  return pairs;
}

const lastOf = (pairs: readonly [string, string][]): Values => Object.fromEntries(new Map(pairs));

function allOf(pairs: readonly [string, string][]): ManyValues {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}
