import { createServer as createHttpServer } from 'node:http';
import type {
  IncomingMessage,
  Server as HttpServer,
  ServerOptions,
  ServerResponse,
} from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that speaks HTTP/1.1 and HTTP/2 on one port, without TLS. */
export type EitherVersionServer = {
  /** The one that listens. */
  server: Server;
  /** The part that speaks HTTP/1.1. */
  http: HttpServer;
  /** Closes connections on which nothing goes on; those of HTTP/2 as soon as nothing does. */
  closeIdleConnections: () => void;
  closeAllConnections: () => void;
};

/** How every connection of HTTP/2 begins. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');

/**
 * Creates a server for clients that begin with HTTP/2, as the AWS SDK for Bedrock does, and for
 * those that begin with HTTP/1.1. Node's own servers know both versions only with TLS.
 */
export function createEitherVersionServer(
  listener: RequestListener,
  options: ServerOptions = {},
): EitherVersionServer {
  const http = createHttpServer(options, listener);
  // Makes it watch its connections, although another server accepts them.
  http.emit('listening');
  const http2 = createHttp2Server((request, response) => {
    // Node's classes of both versions have the members that listeners use.
    const alike = request as unknown as IncomingMessage;
    nameHost(alike);
    listener(alike, response as unknown as ServerResponse);
  });
  const silent = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    // Without `noDelay`, each event of a stream would wait for the client's acknowledgment.
    server: createServer({ noDelay: true }, (socket) => {
      silent.add(socket);
      socket.once('close', () => silent.delete(socket));
      afterFirstBytes(socket, (start) => {
        silent.delete(socket);
        const isHttp2 = start.subarray(0, PREFACE.length).equals(PREFACE);
        (isHttp2 ? http2 : http).emit('connection', socket);
      });
    }),
    http,
    closeIdleConnections: () => {
      for (const socket of silent) socket.destroy();
      http.closeIdleConnections();
      for (const session of sessions) session.close();
    },
    closeAllConnections: () => {
      for (const socket of silent) socket.destroy();
      http.closeAllConnections();
      for (const session of sessions) session.destroy();
    },
  };
}

/** Looks at the first bytes of a connection without taking them. */
function afterFirstBytes(socket: Socket, look: (start: Buffer) => void): void {
  const giveUp = (): unknown => socket.destroy();
  socket.once('error', giveUp);
  socket.once('readable', () => {
    const start = socket.read() as Buffer | null;
    if (start === null) return;
    socket.off('error', giveUp);
    socket.unshift(start);
    look(start);
  });
}

/** Gives a request of HTTP/2 the headers that it would have in HTTP/1.1. */
function nameHost(request: IncomingMessage): void {
  const raw: string[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
    if (name === ':authority') raw.push('host', value);
    else if (!name.startsWith(':')) raw.push(name, value);
  }
  const named = Object.entries(request.headers).filter(([name]) => !name.startsWith(':'));
  const host = request.headers[':authority'];
  Object.defineProperty(request, 'rawHeaders', { value: raw });
  Object.defineProperty(request, 'headers', {
    value: Object.fromEntries([['host', host], ...named]),
  });
}
