import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOwnProviders } from '../../aws/openai-provider.ts';
import type { ConnectionUse } from '../../aws/http/exchange.ts';
import { createSecretReader } from '../../aws/secrets.ts';
import type { ProviderRequest } from '../../domain/gateway/provider-client.ts';

const SECRET =
  'arn:aws:secretsmanager:us-east-1:123456789012:secret:purser-dev-providers/acme/neuro-a1b2c3';

type Seen = { path: string; headers: IncomingMessage['headers']; body: string };

/** A provider, and Secrets Manager, on this machine. */
let server: Server;
let port: number;
let seen: Seen[] = [];
let secretReads: unknown[] = [];
let sockets = new Set<unknown>();
let key = 'sk-first';
let respond: (seen: Seen, response: ServerResponse) => void;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const part of request) body += String(part);
  if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
    secretReads.push(JSON.parse(body));
    response.end(JSON.stringify({ SecretString: `${key}\n` }));
    return;
  }
  sockets.add(request.socket);
  const call = { path: request.url ?? '', headers: request.headers, body };
  seen.push(call);
  respond(call, response);
}

beforeAll(async () => {
  server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  secretReads = [];
  sockets = new Set();
  key = 'sk-first';
  respond = (_, response) => response.end('{"id":"answer"}');
});

const LIMITS = { connectTimeoutMs: 500, silenceTimeoutMs: 500, maxSockets: 2 };

function providerAt(baseUrl: string, privateHosts: string[] = ['127.0.0.1', 'localhost']) {
  const secrets = createSecretReader({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const uses: ConnectionUse[] = [];
  const onUse = (use: ConnectionUse): void => void uses.push(use);
  const clientOf = createOwnProviders({ secrets, privateHosts, limits: LIMITS, onUse });
  return {
    uses,
    withKey: clientOf({ baseUrl, secretArn: SECRET }),
    withoutKey: clientOf({ baseUrl }),
  };
}

const request = (changes: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: 'coder-7b',
  region: '',
  api: 'chat',
  isStreamed: false,
  headers: { 'x-own': 'kept' },
  body: { model: 'coder-7b', messages: [] },
  labels: { purserReservationId: 'secret-label' },
  ...changes,
});

const here = (): string => `http://127.0.0.1:${port}/v1`;

describe('own providers', () => {
  it('get the request at the path of its API, with their key, over connections that stay open', async () => {
    const { withKey, uses } = providerAt(`${here()}/`);
    for (const api of ['chat', 'responses', 'embeddings', 'messages'] as const) {
      const answer = await withKey.send(request({ api }));
      expect([answer.status, await answer.text()]).toEqual([200, '{"id":"answer"}']);
    }
    expect(seen.map(({ path }) => path)).toEqual([
      '/v1/chat/completions',
      '/v1/responses',
      '/v1/embeddings',
      '/v1/messages',
    ]);
    expect(seen[0]).toMatchObject({
      body: '{"model":"coder-7b","messages":[]}',
      headers: { authorization: 'Bearer sk-first', 'x-own': 'kept', accept: 'application/json' },
    });
    expect(secretReads).toEqual([{ SecretId: SECRET }]);
    expect(sockets.size).toBe(1);
    expect(uses.map(({ isReused }) => isReused)).toEqual([false, true, true, true]);
    expect(uses.every(({ busy, waiting }) => busy === 1 && waiting === 0)).toBe(true);
    expect(JSON.stringify(seen)).not.toContain('secret-label');
  });

  it('stream their events', async () => {
    respond = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"n":1}\n\n');
      response.end('data: [DONE]\n\n');
    };
    const answer = await providerAt(here()).withoutKey.send(request({ isStreamed: true }));
    const events: string[] = [];
    for await (const { data } of answer.events()) events.push(data);
    expect(events).toEqual(['{"n":1}', '[DONE]']);
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    expect(seen[0]?.headers.accept).toBe('text/event-stream');
  });

  it('are asked once more with a fresh key if they refuse the one in memory', async () => {
    respond = ({ headers }, response) => {
      response.statusCode = headers.authorization === 'Bearer sk-second' ? 200 : 401;
      response.end('{}');
    };
    const { withKey } = providerAt(here());
    expect((await withKey.send(request())).status).toBe(401);
    expect(seen).toHaveLength(2);
    key = 'sk-second';
    expect((await withKey.send(request())).status).toBe(200);
    expect((await withKey.send(request())).status).toBe(200);
    expect(seen).toHaveLength(5);
    expect(secretReads).toHaveLength(3);
  });

  it('fail if they redirect, and nothing follows', async () => {
    respond = (_, response) => response.writeHead(307, { location: `${here()}/elsewhere` }).end();
    const answer = await providerAt(here()).withKey.send(request());
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('named another address');
    expect(seen).toHaveLength(1);
  });

  it('wait for one of the connections that the limit allows', async () => {
    const open: ServerResponse[] = [];
    respond = (_, response) => void open.push(response);
    const { withoutKey, uses } = providerAt(here());
    const answers = [1, 2, 3].map(() => withoutKey.send(request()));
    await expect.poll(() => open.length).toBe(2);
    expect(sockets.size).toBe(2);
    respond = (_, response) => response.end('{}');
    for (const response of open) response.end('{}');
    for (const answer of answers) await (await answer).text();
    expect(sockets.size).toBe(2);
    expect(uses.map(({ busy, waiting }) => [busy, waiting])).toEqual([
      [2, 1],
      [2, 1],
      [2, 0],
    ]);
  });

  it('time out, and say that they may be at work', async () => {
    respond = () => undefined;
    await expect(providerAt(here()).withoutKey.send(request())).rejects.toMatchObject({
      lost: 'late',
    });
  });

  it.each([
    ['a private address', () => here(), []],
    ['a private name', () => `http://localhost:${port}/v1`, []],
    [
      'an address of the cloud’s credentials',
      () => 'http://169.254.169.254/v1',
      ['169.254.169.254'],
    ],
    ['nobody', () => 'http://127.0.0.1:1/v1', ['127.0.0.1']],
  ])('are not connected to %s', async (_, baseUrl, privateHosts) => {
    const { withoutKey } = providerAt(baseUrl(), privateHosts);
    await expect(withoutKey.send(request())).rejects.toMatchObject({ lost: 'unconnected' });
    expect(seen).toEqual([]);
  });

  it('are not called without a key that cannot be read', async () => {
    const secrets = createSecretReader({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const clientOf = createOwnProviders({ secrets, privateHosts: ['127.0.0.1'], limits: LIMITS });
    const client = clientOf({ baseUrl: here(), secretArn: SECRET });
    await expect(client.send(request())).rejects.toMatchObject({ lost: 'unconnected' });
    expect(seen).toEqual([]);
  });
});
