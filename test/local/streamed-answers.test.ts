import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FunctionFleet } from '../../local/functions/function-fleet.ts';
import { bundleWorker } from '../../local/functions/worker-bundle.ts';
import { createRestApi } from '../../local/http/rest-api.ts';
import { readRestApis } from '../../local/http/rest-api-definition.ts';
import { openLocalClock } from '../../local/local-clock.ts';
import type { Template } from '../../local/template/assembly.ts';
import { resolveTemplate } from '../../local/template/local-template.ts';

/** Streams as its path says. Notes in files what nobody can see from outside. */
const CODE = `
import { appendFileSync, writeFileSync } from 'node:fs';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { way } = event.pathParameters;
  const note = (text) => appendFileSync(process.env.NOTES + '/' + way.replaceAll('%', '-'), text);
  if (way === 'fails') throw new Error('before the head');
  if (way === 'headless') return void stream.end('no head');
  if (way === 'silent') await pause(400);
  const answer = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201,
    headers: { 'Content-Type': 'text/event-stream', 'WWW-Authenticate': 'Bearer', 'x-one': '1' },
    multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
  });
  answer.write('');
  if (way === 'breaks') {
    answer.write('half');
    await pause(20);
    throw new Error('after the head');
  }
  if (way === 'paced') {
    for (const part of ['one', 'two', 'three']) {
      answer.write(part);
      await pause(60);
    }
  } else if (way === 'large') {
    for (let at = 0; at < 400; at += 1) {
      if (!answer.write('x'.repeat(50_000))) await new Promise((resolve) => answer.once('drain', resolve));
      note('.');
    }
  } else if (way === 'drained') {
    for (let at = 0; at < 50; at += 1) {
      answer.write('x'.repeat(10_000));
      await pause(2);
    }
    note('settled');
  } else answer.write(JSON.stringify(event));
  answer.end();
});
`;

const directory = mkdtempSync(join(tmpdir(), 'streamed-answers-'));
const notes = join(directory, 'notes');
const answered: number[] = [];
let fleet: FunctionFleet;
let server: Server;
let port: number;

beforeAll(async () => {
  const code = join(directory, 'code');
  for (const folder of [notes, code]) mkdirSync(folder);
  writeFileSync(join(code, 'index.mjs'), CODE);
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
  const [definition] = readRestApis(template());
  if (definition === undefined) throw new Error('the template has no REST API');
  const api = createRestApi(definition, {
    fleet,
    clock,
    claims: (path) => path.startsWith('/own'),
    onAnswer: (status) => answered.push(status),
    idleMs: 200,
  });
  server = createServer((request, response) => {
    void api(request, response).then((isServed) => {
      if (!isServed) response.writeHead(418).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await fleet.stop(0);
  rmSync(directory, { recursive: true, force: true });
});

function template() {
  const refusal = (ResponseType: string, StatusCode?: string) => ({
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResponseType,
      ...(StatusCode !== undefined && { StatusCode }),
      ResponseParameters: { 'gatewayresponse.header.x-should-retry': "'false'" },
      ResponseTemplates: {
        'application/json':
          '{"error":{"code":"$context.error.responseType"},"id":"$context.requestId"}',
      },
    },
  });
  const resource = (PathPart: string, ParentId: unknown) => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: { RestApiId: { Ref: 'Api' }, PathPart, ParentId },
  });
  const method = (HttpMethod: string, ResourceId: string, Integration: object) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      HttpMethod,
      ResourceId: { Ref: ResourceId },
      Integration,
    },
  });
  const streams = {
    Type: 'AWS_PROXY',
    Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:000000000000:function:streaming:live/response-streaming-invocations',
    ResponseTransferMode: 'STREAM',
    TimeoutInMillis: 900_000,
  };
  const mock = {
    Type: 'MOCK',
    IntegrationResponses: [
      {
        StatusCode: '204',
        ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
      },
    ],
  };
  const stack: Template = {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'streaming-api' } },
      Own: resource('own', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
      Way: resource('{way}', { Ref: 'Own' }),
      Post: method('POST', 'Way', streams),
      Options: method('OPTIONS', 'Way', mock),
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'live' },
      },
      Unknown: refusal('MISSING_AUTHENTICATION_TOKEN', '404'),
      Failure: refusal('DEFAULT_5XX'),
    },
  };
  const addresses = { queueBaseUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:2' };
  return resolveTemplate([{ name: 'Gateway', template: stack, assets: new Map() }], addresses);
}

/** Sends a request and resolves with the head of the answer. */
function post(path: string, body = '', method = 'POST'): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] };
    const outgoing = send({ host: '127.0.0.1', port, path, method, headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

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
    const arrivals: [string, number][] = [];
    for await (const chunk of answer) arrivals.push([String(chunk), performance.now()]);
    expect(arrivals.map(([part]) => part)).toEqual(['one', 'two', 'three']);
    const [first = 0, , last = 0] = arrivals.map(([, at]) => at);
    expect(last - first).toBeGreaterThan(80);
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

  it('goes on without its client, so that the function finishes its work', async () => {
    const answer = await post('/own/drained');
    answer.on('error', () => undefined);
    answer.destroy();
    await vi.waitFor(() => expect(noted('drained')).toBe('settled'), { timeout: 5_000 });
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
