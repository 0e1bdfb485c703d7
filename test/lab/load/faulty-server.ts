import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/*
 * Answers reservations like Purser, and has one fault: `slow`, `leaks`, `errs`, or `none`. It runs as a
 * process of its own, whose memory a load run watches. Prints its port.
 */
const [fault = 'none'] = process.argv.slice(2);
const kept: Buffer[] = [];
const SLOW_MS = 1_100;
const LEAK_BYTES = 400_000;
const ERROR_EVERY = 5;
let calls = 0;

const server = createServer((request, response) => {
  request.resume();
  request.on(
    'end',
    () =>
      void answer(request.url ?? '').then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      }),
  );
});

async function answer(path: string): Promise<[number, object]> {
  if (path.startsWith('/v1/models')) {
    return [200, { items: [{ model: 'anthropic.claude-sonnet-4-6', quality: 0.9 }] }];
  }
  if (path.startsWith('/_local/event-loop')) return [200, { p50Ms: 1, p99Ms: 2, maxMs: 3 }];
  calls += 1;
  if (fault === 'slow') await sleep(SLOW_MS);
  if (fault === 'leaks') kept.push(Buffer.alloc(LEAK_BYTES, calls));
  if (fault === 'errs' && calls % ERROR_EVERY === 0) return [503, { status: 503 }];
  if (path.endsWith('/settle')) return [200, { state: 'settled' }];
  return [201, { reservationId: `hold-${calls}`, decision: 'proceed' }];
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});
