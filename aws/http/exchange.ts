import { Agent, type IncomingMessage, request } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { LostAnswerError } from '../../domain/gateway/provider-client.ts';

export type ExchangeLimits = {
  /** How long to wait for a connection. */
  connectTimeoutMs: number;
  /** How long to wait for the answer's headers, and then for each part of its body. */
  silenceTimeoutMs: number;
  /** Connections at a time. Further requests wait for one. */
  maxSockets: number;
};

export type ExchangeRequest = {
  method?: 'POST' | 'GET' | 'PUT' | 'DELETE';
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

/** How the connections to a host are used, at the moment when a request gets one. */
export type ConnectionUse = {
  isReused: boolean;
  /** Connections in use, with this one. */
  busy: number;
  /** Requests that wait for a connection. */
  waiting: number;
};

export type ExchangeOptions = {
  /** Resolves the host's name for each connection. Default: Node's. */
  lookup?: LookupFunction;
  onUse?: ((use: ConnectionUse) => void) | undefined;
};

/** A provider that has worked on a request breaks off later than this. */
const CLOSED_WITHIN_MS = 500;

/**
 * Sends requests to one host over connections that are kept open.
 * @throws LostAnswerError if the request or the start of its answer is lost; reading the body throws
 *   Node's error
 */
export function createExchange(
  endpoint: URL,
  limits: ExchangeLimits,
  { lookup, onUse }: ExchangeOptions = {},
) {
  const { hostname, port, protocol } = endpoint;
  const isSecure = protocol === 'https:';
  const start = isSecure ? secureRequest : request;
  const { maxSockets, connectTimeoutMs, silenceTimeoutMs } = limits;
  const agent = new (isSecure ? SecureAgent : Agent)({ keepAlive: true, maxSockets, lookup });
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
      let isConnected = false;
      const startedMs = performance.now();
      // The other side may close a kept connection just when it is used again.
      const wasClosed = ({ code }: NodeJS.ErrnoException): boolean =>
        sent.reusedSocket &&
        (code === 'ECONNRESET' || code === 'EPIPE') &&
        performance.now() - startedMs < CLOSED_WITHIN_MS;
      sent.once('error', (error) =>
        reject(
          error instanceof LostAnswerError
            ? error
            : lost(isConnected && !wasClosed(error) ? 'broken' : 'unconnected', { cause: error }),
        ),
      );
      sent.once('timeout', () => sent.destroy(lost(isConnected ? 'late' : 'unconnected')));
      sent.once('socket', (socket) => {
        onUse?.({
          isReused: sent.reusedSocket,
          busy: countIn(agent.sockets),
          waiting: countIn(agent.requests),
        });
        if (!socket.connecting) {
          isConnected = true;
          return;
        }
        const timer = setTimeout(() => sent.destroy(lost('unconnected')), connectTimeoutMs);
        socket.once(isSecure ? 'secureConnect' : 'connect', () => {
          isConnected = true;
          clearTimeout(timer);
        });
        socket.once('close', () => clearTimeout(timer));
      });
      sent.once('response', (answer) =>
        resolve({ status: answer.statusCode ?? 0, headers: headersOf(answer), body: answer }),
      );
      sent.end(body);
    });
}

const lost = (because: LostAnswerError['lost'], options?: ErrorOptions): LostAnswerError =>
  new LostAnswerError(because, `the provider's answer is ${because}`, options);

const countIn = (lists: NodeJS.ReadOnlyDict<readonly unknown[]>): number =>
  Object.values(lists).reduce((sum, list) => sum + (list?.length ?? 0), 0);

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
