import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as send, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FunctionFleet } from '../../local/functions/function-fleet.ts';
import { bundleWorker } from '../../local/functions/worker-bundle.ts';
import {
  createEitherVersionServer,
  type EitherVersionServer,
} from '../../local/http/either-version.ts';
import { createRestApi } from '../../local/http/rest-api.ts';
import { readRestApis } from '../../local/http/rest-api-definition.ts';
import { openLocalClock } from '../../local/local-clock.ts';
import { STREAMING_CODE, streamingTemplate } from './streaming-fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'streamed-answers-'));
const notes = join(directory, 'notes');
const answered: number[] = [];
let fleet: FunctionFleet;
let server: EitherVersionServer;
let port: number;

beforeAll(async () => {
  const code = join(directory, 'code');
  for (const folder of [notes, code]) mkdirSync(folder);
  writeFileSync(join(code, 'index.mjs'), STREAMING_CODE);
  const clock = openLocalClock(directory);
  const endpoint = 'http://127.0.0.1:9';
  fleet = new FunctionFleet({
    definitions: [
      {
        logicalId: 'Streaming',
        name: 'streaming',
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:streaming',
        codeDirectory: code,
        handler: 'index.handler',
        environment: { NOTES: notes },
        timeoutSeconds: 10,
        memoryMegabytes: 128,
        provisioned: {},
        asyncRetries: 0,
      },
    ],
    endpoints: {
      dynamoDb: endpoint,
      messaging: endpoint,
      control: endpoint,
      bedrock: endpoint,
    },
    clock,
    logDirectory: join(directory, 'logs'),
    workerFile: bundleWorker(directory),
    compileCache: join(directory, 'cache'),
    onInvocation: () => undefined,
    onMetrics: () => undefined,
    onAsyncFailure: () => undefined,
  });
  // A slow start must not look like silence.
  await fleet.invoke('streaming', JSON.stringify({ pathParameters: { way: 'start' } }));
  const [definition] = readRestApis(streamingTemplate());
  if (definition === undefined) throw new Error('the template has no REST API');
  const api = createRestApi(definition, {
    fleet,
    clock,
    claims: (path) => path.startsWith('/own'),
    onAnswer: (status) => answered.push(status),
    idleMs: 600,
  });
  server = createEitherVersionServer((request, response) => {
    void api(request, response).then((isServed) => {
      if (!isServed) response.writeHead(418).end();
    });
  });
  await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
  port = (server.server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.server.close();
  await fleet.stop(0);
  rmSync(directory, { recursive: true, force: true });
});

/** Sends a request and resolves with the head of the answer. */
function post(path: string, body = '', method = 'POST'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] };
    const outgoing = send({ host: '127.0.0.1', port, path, method, headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const ALONE = 'settled without its reader';
const noted = (name: string): string =>
  existsSync(join(notes, name)) ? readFileSync(join(notes, name), 'utf8') : '';

describe('the event', () => {
  it('is that of a proxy integration, with names and paths as they came', async () => {
    const answer = await post('/own/a%3Ab%2Fc?x=1&x=2&y=%2B', '{"size":1}');
    const event = JSON.parse(await text(answer));
    expect(event).toMatchObject({
      resource: '/own/{way}',
      path: '/own/a%3Ab%2Fc',
      httpMethod: 'POST',
      queryStringParameters: { x: '2', y: '+' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['+'] },
      pathParameters: { way: 'a%3Ab%2Fc' },
      body: '{"size":1}',
      isBase64Encoded: false,
      requestContext: {
        stage: 'live',
        path: '/live/own/a%3Ab%2Fc',
        resourcePath: '/own/{way}',
        identity: { sourceIp: '127.0.0.1' },
      },
    });
    expect(event.headers['Content-Type']).toBe('application/json');
    expect(event.multiValueHeaders['X-Twice']).toEqual(['a', 'b']);
    expect(event.requestContext.requestId).toBe(answer.headers['x-amzn-requestid']);
  });
});

describe('an answer', () => {
  it('has the status, the headers and each cookie, before its body', async () => {
    const answer = await post('/own/paced');
    expect(answer.statusCode).toBe(201);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'set-cookie': ['a=1', 'b=2'],
      'x-amzn-remapped-www-authenticate': 'Bearer',
      'x-one': '1',
    });
    const arrivals: string[] = [];
    for await (const chunk of answer) {
      arrivals.push(String(chunk));
      // The function writes the next part only now.
      writeFileSync(join(notes, `got-${String(chunk)}`), '');
    }
    expect(arrivals).toEqual(['one', 'two', 'three']);
  });

  it('makes the function wait while the client reads nothing', async () => {
    const answer = await post('/own/large');
    answer.pause();
    const settled = async (): Promise<number> => {
      const before = noted('large').length;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return noted('large').length === before ? before : settled();
    };
    const written = await settled();
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(400);
    expect((await text(answer)).length).toBe(400 * 50_000);
    expect(noted('large')).toHaveLength(400);
  });

  it('goes on without its client, whose absence the function sees, and is no failure', async () => {
    const answer = await post('/own/drained');
    answer.on('error', () => undefined);
    answer.destroy();
    await vi.waitFor(() => expect(noted('drained')).toBe(ALONE), { timeout: 5_000 });
  });

  it('goes on without its client over HTTP/2, too', async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':method': 'POST', ':path': '/own/drained-2' });
    stream.on('error', () => undefined);
    stream.end();
    await new Promise((resolve) => stream.once('response', resolve));
    session.destroy();
    await vi.waitFor(() => expect(noted('drained-2')).toBe(ALONE), { timeout: 5_000 });
  });
});

describe('a function that fails', () => {
  const refusal = { error: { code: 'INTEGRATION_FAILURE' } };

  it.each(['fails', 'headless'])('%s: is answered by the template of the API', async (way) => {
    const answer = await post(`/own/${way}`);
    expect(answer.statusCode).toBe(502);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(JSON.parse(await text(answer))).toMatchObject(refusal);
    expect(answered.at(-1)).toBe(502);
  });

  it('breaks the answer off if it has begun', async () => {
    const answer = await post('/own/breaks');
    expect(answer.statusCode).toBe(201);
    await expect(text(answer)).rejects.toThrow('aborted');
  });

  it('is not waited for when it is silent for too long', async () => {
    const answer = await post('/own/silent');
    expect(answer.statusCode).toBe(504);
    expect(await text(answer)).toContain('INTEGRATION_TIMEOUT');
  });
});

describe('without the function', () => {
  it('answers a browser before its request', async () => {
    const answer = await post('/own/x', '', 'OPTIONS');
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('refuses its unknown paths, and leaves those of others alone', async () => {
    const answer = await post('/own');
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(await text(answer))).toEqual({
      error: { code: 'MISSING_AUTHENTICATION_TOKEN' },
      id: answer.headers['x-amzn-requestid'],
    });
    expect((await post('/v1/other')).statusCode).toBe(418);
  });

  it('refuses more than 10 MB', async () => {
    const answer = await post('/own/x', 'x'.repeat(10 * 1024 * 1024 + 1));
    expect(answer.statusCode).toBe(413);
  });

  it('gives what it streams to a plain call', async () => {
    const event = JSON.stringify({ pathParameters: { way: 'x' } });
    const result = await fleet.invoke('streaming', event);
    expect(result).toMatchObject({
      ok: true,
      payload: expect.stringMatching(/^\{"statusCode":201/),
    });
  });
});
