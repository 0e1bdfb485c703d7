import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { accountId } from '../template/resource-identity.ts';
import type { HttpApiDefinition } from './http-api-definition.ts';

/** An HTTP API event in payload format 2.0, without its body. */
export type HttpEvent = {
  version: '2.0';
  routeKey: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: readonly string[];
  headers: Readonly<Record<string, string>>;
  queryStringParameters?: Readonly<Record<string, string>>;
  pathParameters?: Readonly<Record<string, string>>;
  stageVariables?: Readonly<Record<string, string>>;
  requestContext: RequestContext;
  body?: string;
  isBase64Encoded: boolean;
};

type RequestContext = {
  accountId: string;
  apiId: string;
  authorizer?: { lambda: unknown };
  domainName: string;
  domainPrefix: string;
  http: {
    method: string;
    path: string;
    protocol: string;
    sourceIp: string;
    userAgent: string;
  };
  requestId: string;
  routeKey: string;
  stage: string;
  time: string;
  timeEpoch: number;
};

/** Inputs of the event besides the request itself. */
export type EventParts = {
  api: HttpApiDefinition;
  routeKey: string;
  /** Decoded. */
  path: string;
  queryString: string;
  pathParameters: Readonly<Record<string, string>> | undefined;
  /** On the shifted clock, milliseconds since 1970. */
  now: number;
};

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Builds a function's event for a request. `addBody` adds the body. */
export function createHttpEvent(request: IncomingMessage, parts: EventParts): HttpEvent {
  const { headers, cookies } = readHeaders(request.rawHeaders);
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  headers['x-forwarded-for'] ??= sourceIp;
  headers['x-forwarded-proto'] ??= 'http';
  headers['x-forwarded-port'] ??= String(request.socket.localPort ?? 0);
  const host = headers['host'] ?? 'localhost';
  const domainName = host.split(':')[0] ?? host;
  return {
    version: '2.0',
    routeKey: parts.routeKey,
    rawPath: parts.path,
    rawQueryString: parts.queryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(parts.queryString !== '' && {
      queryStringParameters: readQuery(parts.queryString),
    }),
    ...(parts.pathParameters !== undefined && { pathParameters: parts.pathParameters }),
    ...(parts.api.stageVariables !== undefined && { stageVariables: parts.api.stageVariables }),
    requestContext: {
      accountId,
      apiId: parts.api.apiId,
      domainName,
      domainPrefix: domainName.split('.')[0] ?? domainName,
      http: {
        method: request.method ?? 'GET',
        path: parts.path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: parts.routeKey,
      stage: parts.api.stage,
      time: commonLogTime(parts.now),
      timeEpoch: parts.now,
    },
    isBase64Encoded: false,
  };
}

/**
 * Adds the request's body: as text for `text/*`, JSON, XML and JavaScript, as base64 for everything
 * else, including a missing content type. (Observed on real HTTP APIs; AWS does not document it.)
 */
export function addBody(event: HttpEvent, body: Buffer): void {
  if (body.length === 0) return;
  const type = (event.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const text =
    (type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type)) &&
    (event.headers['content-encoding'] ?? 'identity') === 'identity';
  event.body = body.toString(text ? 'utf8' : 'base64');
  event.isBase64Encoded = !text;
}

function readHeaders(raw: readonly string[]): {
  headers: Record<string, string>;
  cookies: string[];
} {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]?.toLowerCase() ?? '';
    const value = raw[i + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else headers.set(name, joined(headers.get(name), value));
  }
  return { headers: Object.fromEntries(headers), cookies };
}

function readQuery(queryString: string): Record<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(queryString)) {
    parameters.set(name, joined(parameters.get(name), value));
  }
  return Object.fromEntries(parameters);
}

/** Joins repeated values of one name with a comma. */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** Formats a time like `12/Mar/2026:19:03:58 +0000`. */
export function commonLogTime(epochMs: number): string {
  const date = new Date(epochMs);
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  const month = months[date.getUTCMonth()] ?? '';
  return `${two(date.getUTCDate())}/${month}/${date.getUTCFullYear()}:${clock} +0000`;
}
