import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { createPublicPost } from '../../aws/public-post.ts';

type Received = { path: string; headers: IncomingHttpHeaders; body: string };

/** A web server on this machine that takes posts and gives the answers it was told, then plain 200s. */
export async function startReceiver() {
  const received: Received[] = [];
  const statuses: number[] = [];
  const answers: string[] = [];
  const server = createServer((incoming, answer) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      received.push({ path: incoming.url ?? '', headers: incoming.headers, body });
      const status = statuses.shift() ?? 200;
      answer
        .writeHead(status, status === 302 ? { location: '/elsewhere' } : {})
        .end(answers.shift() ?? 'taken');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    received,
    statuses,
    answers,
    port,
    /** The product's own way out, led to this server: any name is this machine, and no TLS. */
    way: createPublicPost({
      resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      isAllowed: (candidate) => candidate === '127.0.0.1',
      request: (options) => request({ ...(options as object), port }),
    }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
