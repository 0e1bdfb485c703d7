import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendEmailCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalRun } from '../../local/local-run.ts';
import type { LocalRun } from '../../local/local-run.ts';
import { createDynamoRequest } from '../../local/store/dynamo-request.ts';
import { synthesizeFixture } from './fixture-application.ts';
import { createCaller, LOCAL_KEY } from './local-caller.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-run-'));
const progress: string[] = [];
let run: LocalRun;
let call: ReturnType<typeof createCaller>;

beforeAll(async () => {
  run = await startLocalRun({
    assemblyDirectory: synthesizeFixture(directory),
    dataDirectory: join(directory, 'data'),
    port: 0,
    key: () => LOCAL_KEY,
    onProgress: (message) => progress.push(message),
  });
  call = createCaller(run.url);
});

afterAll(async () => {
  await run?.stop();

  rmSync(directory, { recursive: true, force: true });
});

const copiesTable = (): string => run.tableNames.find((name) => name.includes('Copies')) ?? '';

async function copyOf(id: string): Promise<Record<string, { S: string }> | undefined> {
  const store = createDynamoRequest(run.dynamoDbEndpoint);
  const answer = await store<{ Item?: Record<string, { S: string }> }>(
    'DynamoDB_20120810',
    'GetItem',
    { TableName: copiesTable(), Key: { id: { S: id } } },
  );
  return answer.Item;
}

describe('routes', () => {
  it('reaches the function with path, query, headers, cookies and body', async () => {
    const { status, json } = await call(
      'POST',
      '/open/a%20b/c?x=1&x=2&y=%2B',
      { size: 1 },
      { cookie: 'one=1; two=2', 'X-Some': 'Thing' },
    );
    expect(status).toBe(200);
    const { event } = json;
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /open/{proxy+}',
      rawPath: '/open/a b/c',
      rawQueryString: 'x=1&x=2&y=%2B',
      queryStringParameters: { x: '1,2', y: '+' },
      pathParameters: { proxy: 'a b/c' },
      cookies: ['one=1', 'two=2'],
      body: '{"size":1}',
      isBase64Encoded: false,
    });
    expect(event.headers).toMatchObject({ 'x-some': 'Thing', 'content-type': 'application/json' });
    expect(event.headers.cookie).toBeUndefined();
    expect(event.requestContext.http).toMatchObject({ method: 'POST', sourceIp: '127.0.0.1' });
    expect(json).toMatchObject({ name: 'fixture-items', store: true });
  });

  it('encodes a body that is not text', async () => {
    const { json } = await call('POST', '/open/x', 'a=1', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(json.event).toMatchObject({ isBase64Encoded: true, body: btoa('a=1') });
  });

  it('stores and answers as the function says', async () => {
    expect((await call('PUT', '/items/a', { size: 1 })).status).toBe(201);
    const answer = await call('GET', '/items/a');
    expect(answer).toMatchObject({ status: 200, json: { id: 'a', body: '{"size":1}' } });
    const missing = await call('GET', '/items/none');
    expect(missing).toMatchObject({ status: 404, json: undefined });
    expect(missing.headers.get('apigw-requestid')).toBeTruthy();
  });

  it('answers like the gateway where no function does', async () => {
    expect(await call('GET', '/nowhere')).toMatchObject({
      status: 404,
      json: { message: 'Not Found' },
    });
    expect(await call('DELETE', '/items/a')).toMatchObject({ status: 404 });
    const large = await call('PUT', '/items/a', 'x'.repeat(10 * 1024 * 1024 + 1));
    expect(large).toMatchObject({ status: 413, json: { message: 'Request Entity Too Large' } });
  });

  it('turns failures, timeouts and crashes into 500 and goes on', async () => {
    const failed = { status: 500, json: { message: 'Internal Server Error' } };
    expect(await call('GET', '/items/fail')).toMatchObject(failed);
    expect(await call('GET', '/items/stall')).toMatchObject(failed);
    expect(await call('GET', '/items/exit')).toMatchObject(failed);
    expect((await call('GET', '/items/a')).status).toBe(200);
    const { json } = await call('GET', '/_local/logs/fixture-items');
    expect(json.lines.join('\n')).toContain('Task timed out after 2.00 seconds');
  });

  it('streams what a REST API of the same application serves, on the same port', async () => {
    const answer = await fetch(`${run.url}/items/a/stream`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('streamed a by fixture-stream');
    const { items } = (await call('GET', '/_local/metrics')).json;
    const counts = items.filter(
      ({ name, dimensions }: { name: string; dimensions: Record<string, string> }) =>
        name === 'Count' && dimensions['ApiName'] === 'fixture-streaming',
    );
    expect(counts).toHaveLength(2);
  });

  it('answers a browser before its request', async () => {
    const { status, headers } = await call('OPTIONS', '/items/a', undefined, {
      origin: 'https://fixture.example',
      'access-control-request-method': 'PUT',
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://fixture.example');
  });
});

describe('the authorizer', () => {
  it('refuses without and with a wrong token, and says who passed', async () => {
    const get = (token?: string) =>
      call('GET', '/closed', undefined, token === undefined ? {} : { authorization: token });
    expect(await get()).toMatchObject({ status: 401, json: { message: 'Unauthorized' } });
    expect(await get('bad')).toMatchObject({ status: 403, json: { message: 'Forbidden' } });
    expect(await get('broken')).toMatchObject({ status: 500 });
    const first = await get('good');
    const context = first.json.event.requestContext.authorizer.lambda;
    expect(context.token).toBe('good');
    const again = await get('good');
    expect(again.json.event.requestContext.authorizer.lambda).toEqual(context);
    await call('POST', '/_local/clock', { advanceMs: 301_000 });
    const later = await get('good');
    expect(later.json.event.requestContext.authorizer.lambda.calls).toBe(context.calls + 1);
  });
});

describe('streams and queues', () => {
  it('carries records to the function soon', async () => {
    const began = performance.now();
    await call('PUT', '/items/streamed', {});
    while ((await copyOf('streamed')) === undefined && performance.now() - began < 20_000) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await copyOf('streamed'))?.['source']?.S).toMatch(
      /^arn:aws:dynamodb:us-east-1:000000000000:table\/fixture-items\/stream\//,
    );
  });

  it('gives up on poison after its retries and goes on behind it', async () => {
    // Written concurrently, so that they often share a batch.
    await Promise.all(['poison', 'behind'].map((id) => call('PUT', `/items/${id}`, {})));
    expect((await call('POST', '/_local/drain')).json).toEqual({ drained: true });
    expect(await copyOf('poison')).toBeUndefined();
    expect(await copyOf('behind')).toBeDefined();
  });

  it('hands a message from a topic through a queue to a function', async () => {
    await call('POST', '/_local/invoke/fixture-publish', { note: 'to work' });
    await call('POST', '/_local/drain');
    const store = createDynamoRequest(run.dynamoDbEndpoint);
    const { Items } = await store<{ Items: { id: { S: string }; body?: { S: string } }[] }>(
      'DynamoDB_20120810',
      'Scan',
      { TableName: copiesTable() },
    );
    const work = Items.filter(({ id }) => id.S.startsWith('work-'));
    expect(work.map(({ body }) => body?.S)).toContain('{"note":"to work"}');
  });
});

describe('topics', () => {
  it('shows what was sent in the inbox', async () => {
    await call('DELETE', '/_local/inbox');
    await call('POST', '/_local/invoke/fixture-publish', { note: 'hello' });
    await call('POST', '/_local/invoke/fixture-publish', { quiet: true });
    const { items } = (await call('GET', '/_local/inbox')).json;
    const mails = items.filter(({ protocol }: { protocol: string }) => protocol !== 'sqs');
    expect(mails).toMatchObject([
      {
        topic: 'fixture-topic',
        protocol: 'email',
        endpoint: 'ops@example.com',
        subject: 'tick',
        message: '{"note":"hello"}',
        attributes: { level: { Type: 'String', Value: 'low' } },
      },
      { protocol: 'none', message: '{"quiet":true}' },
    ]);
  });
});

describe('messages to one person', () => {
  it('shows mails and text messages in the inbox', async () => {
    await call('DELETE', '/_local/inbox');
    const { AWS_ENDPOINT_URL: control, AWS_ENDPOINT_URL_SNS: messaging } = run.environment();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const settings = (endpoint = '') => ({ endpoint, region: 'us-east-1', credentials });
    await new SESv2Client(settings(control)).send(
      new SendEmailCommand({
        FromEmailAddress: 'shop@example.com',
        Destination: { ToAddresses: ['ada@example.com'], CcAddresses: ['eve@example.com'] },
        Content: { Simple: { Subject: { Data: 'subject' }, Body: { Text: { Data: 'text' } } } },
      }),
    );
    await new SNSClient(settings(messaging)).send(
      new PublishCommand({ PhoneNumber: '+491701234567', Message: 'short' }),
    );
    const { items } = (await call('GET', '/_local/inbox')).json;
    expect(items).toMatchObject([
      { protocol: 'ses', endpoint: 'ada@example.com', subject: 'subject', message: 'text' },
      { protocol: 'ses', endpoint: 'eve@example.com', subject: 'subject', message: 'text' },
      { protocol: 'sms', endpoint: '+491701234567', message: 'short' },
    ]);
  });
});

describe('the clock', () => {
  it('moves functions and schedules forward, once for many missed ticks', async () => {
    await call('DELETE', '/_local/inbox');
    const before = Date.parse((await call('GET', '/_local/clock')).json.now);
    const moved = await call('POST', '/_local/clock', { advanceMs: 3 * 3_600_000 });
    expect(moved.json).toMatchObject({ advanceMs: 3 * 3_600_000, fired: ['fixture-tick'] });
    const answer = await call('GET', '/open/now');
    const { now } = answer.json;
    // Whole seconds only.
    expect(now - Date.parse(answer.headers.get('date') ?? '')).toBeLessThan(60_000);
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(before);
    expect(now).toBeGreaterThanOrEqual(before + 3 * 3_600_000);
    expect(now).toBeLessThan(before + 3 * 3_600_000 + 60_000);
    const { items } = (await call('GET', '/_local/inbox')).json;
    const mails = items.filter(({ protocol }: { protocol: string }) => protocol === 'email');
    expect(mails).toMatchObject([{ message: '{"level":"high"}' }]);
  });

  it.each([[-1], [1.5], ['1'], [null], [1e300], [8.64e15]])('refuses %j', async (advanceMs) => {
    expect((await call('POST', '/_local/clock', { advanceMs })).status).toBe(400);
  });

  it('refuses what is not JSON', async () => {
    expect((await call('POST', '/_local/clock', '{')).status).toBe(400);
  });

  it('expires items by their time to live', async () => {
    const store = createDynamoRequest(run.dynamoDbEndpoint);
    const expires = { N: String(Math.floor(Date.now() / 1000) + 86_400) };
    const Key = { id: { S: 'mortal' } };
    await store('DynamoDB_20120810', 'PutItem', {
      TableName: 'fixture-items',
      Item: { ...Key, kind: { S: 'item' }, expires },
    });
    const get = () =>
      store<{ Item?: object }>('DynamoDB_20120810', 'GetItem', { TableName: 'fixture-items', Key });
    await call('POST', '/_local/clock', { advanceMs: 1000 });
    expect((await get()).Item).toBeDefined();
    await call('POST', '/_local/clock', { advanceMs: 2 * 86_400_000 });
    expect((await get()).Item).toBeUndefined();
  });
});

describe('the start', () => {
  it('names a port that is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    const start = startLocalRun({
      assemblyDirectory: join(directory, 'cdk.out'),
      dataDirectory: join(directory, 'other'),
      port,
      onProgress: () => undefined,
    });
    await expect(start).rejects.toThrow(`Port ${port} is already in use. Choose another one`);
    blocker.close();
  });

  it('refuses a data folder that is in use, and a folder that is no assembly', async () => {
    const options = { port: 0, onProgress: () => undefined };
    const assemblyDirectory = join(directory, 'cdk.out');
    await expect(
      startLocalRun({ ...options, assemblyDirectory, dataDirectory: join(directory, 'data') }),
    ).rejects.toThrow(/is in use by process/);
    await expect(
      startLocalRun({
        ...options,
        assemblyDirectory: directory,
        dataDirectory: join(directory, 'third'),
      }),
    ).rejects.toThrow(/is not a cloud assembly/);
  });

  it('tells its steps and warns of nothing the fixture uses', () => {
    expect(progress.join('\n')).toMatch(/store ready.*\n2 tables ready\n6 functions ready, 1 of/);
    expect(progress.filter((line) => line.startsWith('warning'))).toEqual([]);
  });

  it('gives programs the environment they need', () => {
    expect(run.environment('fixture-items')).toMatchObject({
      AWS_ENDPOINT_URL_DYNAMODB: run.dynamoDbEndpoint,
      ITEMS_TABLE: 'fixture-items',
    });
    expect(readFileSync(join(directory, 'data', 'run.pid'), 'utf8')).toContain(`${process.pid} `);
  });
});
