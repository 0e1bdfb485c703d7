import { Agent, type IncomingMessage, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

export type ExchangeLimits = {
  /** How long to wait for a connection. */
  connectTimeoutMs: number;
  /** How long to wait for the answer's headers, and then for each part of its body. */
  silenceTimeoutMs: number;
  /** Connections at a time. Further requests wait for one. */
  maxSockets: number;
};

export type ExchangeRequest = {
  method?: 'POST' | 'GET';
  /** As on the wire: encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
};

/** An answer whose body arrives while it is read. Redirects are not followed. */
export type ExchangeAnswer = {
  status: number;
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
};

/** No connection, no answer or no further part of it within the time limit. */
export class SilenceError extends Error {
  override name = 'SilenceError';
}

/**
 * Sends requests to one host over connections that are kept open. Rejects with Node's error or
 * `SilenceError` if the request or the start of its answer is lost; reading the body rejects alike.
 */
export function createExchange(endpoint: URL, limits: ExchangeLimits) {
  const { hostname, port, protocol } = endpoint;
  const isSecure = protocol === 'https:';
  const start = isSecure ? secureRequest : request;
  const { maxSockets, connectTimeoutMs, silenceTimeoutMs } = limits;
  const agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets });
  return ({ method = 'POST', path, headers, body }: ExchangeRequest): Promise<ExchangeAnswer> =>
    new Promise((resolve, reject) => {
      const sent = start({
        method,
        hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
        port,
        path,
        agent,
        timeout: silenceTimeoutMs,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      });
      const silent = (ms: number) => sent.destroy(new SilenceError(`nothing within ${ms} ms`));
      sent.once('error', reject);
      sent.once('timeout', () => silent(silenceTimeoutMs));
      sent.once('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(() => silent(connectTimeoutMs), connectTimeoutMs);
        const connected = () => clearTimeout(timer);
        socket.once(isSecure ? 'secureConnect' : 'connect', connected).once('close', connected);
      });
      sent.once('response', (answer) =>
        resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), body: answer }),
      );
      sent.end(body);
    });
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
