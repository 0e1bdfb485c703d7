import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createExchange } from '../../aws/http/exchange.ts';

const LIMITS = { connectTimeoutMs: 1_000, silenceTimeoutMs: 5_000, maxSockets: 1 };
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const REQUEST = { path: '/', headers: {}, body: '{}' };

let server: Server | undefined;
afterEach(() => void server?.close());

/** Answers the first request on each connection, and resets the connection at the second. */
async function startServer(resetAfterMs: number): Promise<URL> {
  server = createServer((socket) => {
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      if (requests === 1) socket.write(ANSWER);
      else setTimeout(() => socket.resetAndDestroy(), resetAfterMs);
    });
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(listening.address() as AddressInfo).port}`);
}

async function lossOnKeptConnection(resetAfterMs: number): Promise<unknown> {
  const exchange = createExchange(await startServer(resetAfterMs), LIMITS);
  const { body } = await exchange(REQUEST);
  for await (const _ of body);
  // The connection goes back to those that wait.
  await new Promise((resolve) => setImmediate(resolve));
  return exchange(REQUEST).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a kept connection that is reset', () => {
  it('at once: was closed by the other side, so the request may be sent again', async () => {
    expect(await lossOnKeptConnection(0)).toMatchObject({ lost: 'unconnected' });
  });

  it('later: the request may have been worked on', async () => {
    expect(await lossOnKeptConnection(700)).toMatchObject({ lost: 'broken' });
  });
});
