import type { ServerResponse } from 'node:http';

/** A response ready to be written. */
export type HttpAnswer = {
  statusCode: number;
  headers: Readonly<Record<string, string | readonly string[]>>;
  body: string | Buffer;
};

type FunctionResponse = {
  statusCode?: unknown;
  headers?: Readonly<Record<string, unknown>>;
  multiValueHeaders?: Readonly<Record<string, readonly unknown[]>>;
  cookies?: readonly string[];
  body?: unknown;
  isBase64Encoded?: boolean;
};

const DROPPED = new Set(['connection', 'transfer-encoding', 'keep-alive', 'content-length']);

/**
 * The gateway's own answers, without a function: API Gateway's `message`, as in `{"message":"Not
 * Found"}`, wrapped in a problem document (RFC 9457), which the real API Gateway does not do.
 */
export function gatewayAnswer(
  statusCode: number,
  message: string,
  detail = `${message}: no function was asked, or none answered.`,
): HttpAnswer {
  return {
    statusCode,
    headers: {
      'content-type': 'application/problem+json',
      ...(statusCode === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title: message,
      status: statusCode,
      detail,
      message,
    }),
  };
}

/**
 * Converts a function's JSON text to a response by the rules of payload format 2.0. A value without
 * a status code is sent as JSON with 200. A malformed response becomes a 500.
 */
export function functionAnswer(payload: string): HttpAnswer {
  const value = JSON.parse(payload) as unknown;
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof value === 'string' ? value : payload,
    };
  }
  const response = value as FunctionResponse;
  const statusCode = Number(response.statusCode);
  if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 599) {
    return gatewayAnswer(500, 'Internal Server Error');
  }
  const headers = new Map<string, string | string[]>();
  for (const [name, headerValue] of Object.entries(response.headers ?? {})) {
    if (!DROPPED.has(name.toLowerCase())) headers.set(name.toLowerCase(), String(headerValue));
  }
  for (const [name, values] of Object.entries(response.multiValueHeaders ?? {})) {
    headers.set(name.toLowerCase(), values.map(String).join(','));
  }
  if (response.cookies !== undefined && response.cookies.length > 0) {
    headers.set('set-cookie', [...response.cookies]);
  }
  if (!headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8');
  const answer = { statusCode, headers: Object.fromEntries(headers) };
  const { body } = response;
  if (body === undefined || body === null) return { ...answer, body: '' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    ...answer,
    body: response.isBase64Encoded === true ? Buffer.from(text, 'base64') : text,
  };
}

/** Writes an answer. `extra` contains headers added by the gateway. */
export function writeAnswer(
  response: ServerResponse,
  answer: HttpAnswer,
  extra: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.writableEnded) return;
  try {
    response.writeHead(answer.statusCode, {
      ...answer.headers,
      ...extra,
      ...(answer.statusCode !== 204 && {
        'content-length': Buffer.byteLength(answer.body),
      }),
    } as Record<string, string>);
    response.end(answer.statusCode === 204 ? undefined : answer.body);
  } catch {
    // The function returned an invalid header.
    const { statusCode, headers, body } = gatewayAnswer(500, 'Internal Server Error');
    if (!response.headersSent) response.writeHead(statusCode, headers as Record<string, string>);
    response.end(body);
  }
}
