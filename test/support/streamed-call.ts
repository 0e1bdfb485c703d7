import { runStreaming, streamingGlobals } from '../../local/functions/response-stream.ts';
import type { RestEvent } from '../../lambdas/edge/streamed-response.ts';

/*
 * Calls handlers that stream, without Lambda. Import this before the handler's module: it provides
 * the global `awslambda`, which a handler uses as soon as it is made.
 */

Object.assign(globalThis, { awslambda: streamingGlobals });

type Request = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Sent as it is if it is text, otherwise as JSON. */
  body?: unknown;
};

/** What a client received of a streamed answer. */
export type StreamedCall = {
  status: number;
  headers: Record<string, string>;
  multiValueHeaders: Record<string, string[]>;
  body: string;
  /** What the handler wrote, one by one. */
  chunks: string[];
};

type Options = {
  /** Says after each chunk when the reader has room for the next. A reader has by default. */
  onChunk?: (chunk: string, goOn: () => void) => void;
  /** Gets what makes the reader go away. */
  onStart?: (leave: () => void) => void;
};

/** An event as a REST API sends it. `route` is a method and the path with its parameters. */
export function restEvent(route: string, request: Request = {}): RestEvent {
  const [httpMethod = 'GET', resource = '/'] = route.split(' ');
  const { params, query, body } = request;
  const path = Object.entries(params ?? {}).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    resource,
  );
  const headers = { 'content-type': 'application/json', ...request.headers };
  const many = (values: Record<string, string>): Record<string, string[]> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [value]]));
  return {
    resource,
    path,
    httpMethod,
    headers,
    multiValueHeaders: many(headers),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters: query ? many(query) : null,
    // REST APIs leave them encoded.
    pathParameters: params ? encoded(params) : null,
    stageVariables: null,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      authorizer: null,
      httpMethod,
      identity: { sourceIp: '192.0.2.1', userAgent: 'test' },
      path: `/live${path}`,
      protocol: 'HTTP/1.1',
      requestId: 'request-1',
      requestTimeEpoch: 1_795_264_200_000,
      resourceId: 'resource',
      resourcePath: resource,
      stage: 'live',
    } as RestEvent['requestContext'],
  };
}

const encoded = (params: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, encodeURIComponent(value)]),
  );

/**
 * Calls a handler like Lambda behind a REST API, and reads its answer.
 * @throws Error what the handler throws, or if it sends no valid head
 */
export async function callStreamed(
  handler: object,
  event: RestEvent,
  { onChunk = (_chunk, goOn) => goOn(), onStart = () => undefined }: Options = {},
): Promise<StreamedCall> {
  const taken: Buffer[] = [];
  await runStreaming(
    handler,
    event,
    { getRemainingTimeInMillis: () => 900_000 },
    {
      take(chunk, goOn) {
        taken.push(chunk);
        onChunk(chunk.toString(), goOn);
      },
      whenGone: onStart,
    },
  );
  const at = taken.findIndex((chunk) => chunk.equals(Buffer.alloc(8)));
  if (at < 1) throw new Error('the handler sent no head');
  const head = JSON.parse(Buffer.concat(taken.slice(0, at)).toString()) as {
    statusCode: number;
    headers?: Record<string, string>;
    multiValueHeaders?: Record<string, string[]>;
  };
  const chunks = taken
    .slice(at + 1)
    .map(String)
    .filter((chunk) => chunk !== '');
  return {
    status: head.statusCode,
    headers: head.headers ?? {},
    multiValueHeaders: head.multiValueHeaders ?? {},
    body: chunks.join(''),
    chunks,
  };
}
