import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that speaks HTTP/1.1 and HTTP/2 on one port, without TLS. */
export type EitherVersionServer = {
  server: Server;
  /** Closes all connections, whatever goes on in them. */
  closeConnections: () => void;
};

/** How every connection of HTTP/2 begins. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');

/**
 * Creates a server for clients that begin with HTTP/2, as the AWS SDK for Bedrock does, and for
 * those that begin with HTTP/1.1. Node's own servers know both versions only with TLS.
 */
export function createEitherVersionServer(listener: RequestListener): EitherVersionServer {
  const http = createHttpServer(listener);
  const http2 = createHttp2Server((request, response) =>
    // Node's compatibility classes have the members that listeners use.
    listener(request as never, response as never),
  );
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  const server = createServer((socket) => choose(socket, http, http2));
  return {
    server,
    closeConnections: () => {
      for (const session of sessions) session.destroy();
      http.closeAllConnections();
    },
  };
}

function choose(socket: Socket, http: Server, http2: Server): void {
  socket.on('error', () => socket.destroy());
  socket.once('readable', () => {
    const start = socket.read() as Buffer | null;
    if (start === null) return;
    socket.unshift(start);
    const isHttp2 = start.subarray(0, PREFACE.length).equals(PREFACE);
    (isHttp2 ? http2 : http).emit('connection', socket);
  });
}
