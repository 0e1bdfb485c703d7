import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import { createPublicPost } from '../../aws/public-post.ts';

type Received = { path: string; headers: IncomingHttpHeaders; body: string };

/** A local web server that accepts posts and returns the configured answers, then plain 200s. */
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
    /**
     * The product's own sender, directed to this server: every name resolves to this machine,
     * without TLS.
     */
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
