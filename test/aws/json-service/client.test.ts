import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import {
  createServiceClient,
  ServiceAnswerError,
  type ServiceSettings,
} from '../../../aws/json-service/client.ts';

type Seen = { headers: IncomingHttpHeaders; body: string };
/** What the service does with a request; a text cuts the connection after that much of an answer. */
type Reply = { status?: number; body?: object; headers?: Record<string, string | number> } | 'cut';

const SERVICE = { name: 'dynamodb', target: 'DynamoDB_20120810' } as const;
const errorOf = (type: string, status = 400): Reply => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'said so' },
});

let seen: Seen[];
let replies: Reply[];
beforeEach(() => {
  seen = [];
  replies = [];
});
afterEach(() => vi.unstubAllEnvs());

/** Gives the replies in turn, then succeeds. */
const service: RequestListener = (request, response) => {
  void text(request).then((body) => {
    seen.push({ headers: request.headers, body });
    const reply = replies.shift() ?? {};
    if (reply === 'cut') return request.socket.destroy();
    response.writeHead(reply.status ?? 200, reply.headers);
    return response.end(JSON.stringify(reply.body ?? { done: true }));
  });
};

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function client(settings: ServiceSettings = {}) {
  const endpoint = `http://127.0.0.1:${await listen(createServer(service))}`;
  return createServiceClient(SERVICE, { ...localEndpoint(endpoint), ...settings });
}

describe('a call', () => {
  it('is signed with the credentials of the environment, and goes where it says', async () => {
    const port = await listen(createServer(service));
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'a token');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
    const unsignedHeaders = () => ({ 'x-amzn-trace-id': 'Root=1-a' });
    const call = createServiceClient({ ...SERVICE, unsignedHeaders }, {});
    expect(await call('GetItem', { a: 'é' })).toEqual({ done: true });
    expect(seen[0]?.body).toBe('{"a":"é"}');
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'content-length': '10',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'x-amz-security-token': 'a token',
      'x-amzn-trace-id': 'Root=1-a',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
      ),
    });
  });

  it('takes region and credentials from providers', async () => {
    const call = await client({
      region: () => Promise.resolve('eu-north-1'),
      credentials: () => Promise.resolve({ accessKeyId: 'AKID', secretAccessKey: 's' }),
    });
    await call('GetItem', {});
    expect(seen[0]?.headers['authorization']).toMatch(/Credential=AKID\/\d{8}\/eu-north-1\//);
    expect(seen[0]?.headers).not.toHaveProperty('x-amz-security-token');
  });

  it('fails without a region or credentials, before anything is sent', async () => {
    for (const name of ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      vi.stubEnv(name, undefined);
    }
    await expect(createServiceClient(SERVICE, {})('GetItem', {})).rejects.toThrow(/AWS_REGION/);
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    await expect(createServiceClient(SERVICE, {})('GetItem', {})).rejects.toThrow(/credentials/);
  });

  it('uses a connection again', async () => {
    const server = createServer(service);
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const call = createServiceClient(
      SERVICE,
      localEndpoint(`http://127.0.0.1:${await listen(server)}`),
    );
    for (let count = 0; count < 3; count += 1) await call('GetItem', {});
    expect(connections).toBe(1);
  });
});

describe('a call that fails', () => {
  it.each([
    ['inside the service', errorOf('InternalServerError', 500)],
    ['because it is throttled', errorOf('ProvisionedThroughputExceededException')],
    ['because its account is throttled', errorOf('ThrottlingException')],
    ['because its own transaction goes on', errorOf('TransactionInProgressException')],
    ['at a proxy', { status: 503, body: { odd: true } }],
    ['with its connection', 'cut'],
    ['with a damaged answer', { headers: { 'x-amz-crc32': 1 } }],
  ] satisfies [string, Reply][])('%s is repeated as it was', async (_, reply) => {
    const call = await client();
    replies = [reply, reply];
    expect(await call('TransactWriteItems', { ClientRequestToken: 'a' })).toEqual({ done: true });
    expect(seen.map(({ body }) => body)).toEqual(Array(3).fill('{"ClientRequestToken":"a"}'));
  });

  it('is given up after three attempts', async () => {
    const call = await client();
    replies = Array<Reply>(3).fill(errorOf('ThrottlingException'));
    const error: unknown = await call('GetItem', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServiceAnswerError);
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'said so', status: 400 });
    expect(seen).toHaveLength(3);
  });

  it.each([
    'ConditionalCheckFailedException',
    'ValidationException',
    'TransactionConflictException',
  ])('with %s is not repeated', async (type) => {
    const call = await client();
    replies = [errorOf(type)];
    await expect(call('PutItem', {})).rejects.toMatchObject({ name: type });
    expect(seen).toHaveLength(1);
  });

  it('is an error even if no service answered', async () => {
    const call = await client({ maxAttempts: 1 });
    replies = [{ status: 403 }];
    await expect(call('PutItem', {})).rejects.toMatchObject({ name: 'Status403' });
  });
});

describe('an answer', () => {
  it('is taken if its checksum fits', async () => {
    const call = await client({ maxAttempts: 1 });
    const body = { text: 'é' };
    replies = [{ body, headers: { 'x-amz-crc32': crc32(JSON.stringify(body)) } }];
    expect(await call('GetItem', {})).toEqual(body);
  });

  it('that ends early is an error', async () => {
    const call = await client({ maxAttempts: 1 });
    replies = [{ headers: { 'content-length': 1_000 } }];
    await expect(call('GetItem', {})).rejects.toThrow();
  });
});

describe('a service that says nothing', () => {
  it('is given up, at the connection and afterwards', async () => {
    const silent = createTcpServer(() => {});
    const endpoint = `127.0.0.1:${await listen(silent)}`;
    for (const protocol of ['http', 'https']) {
      const settings = localEndpoint(`${protocol}://${endpoint}`);
      const call = createServiceClient(SERVICE, { ...settings, maxAttempts: 1, timeoutMs: 80 });
      await expect(call('GetItem', {})).rejects.toMatchObject({ name: 'TimeoutError' });
    }
  });

  it('does not end a connection that is only idle', async () => {
    const call = await client({ maxAttempts: 1, timeoutMs: 500 });
    await call('GetItem', {});
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await call('GetItem', {})).toEqual({ done: true });
  });
});

describe('TLS', () => {
  it('is spoken only with a service whose certificate is trusted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'purser-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const how = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
    const name = '-subj /CN=localhost -addext subjectAltName=DNS:localhost';
    execFileSync('openssl', [
      ...`${how} ${name}`.split(' '),
      '-keyout',
      keyFile,
      '-out',
      certificateFile,
    ]);
    const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certificateFile, 'utf8')];
    const port = await listen(createSecureServer({ key, cert }, service));
    const at = (host: string) =>
      createServiceClient(SERVICE, { ...localEndpoint(`https://${host}:${port}`), maxAttempts: 1 });
    await expect(at('localhost')('GetItem', {})).rejects.toThrow(/self-signed/);

    const trusted = getCACertificates();
    setDefaultCACertificates([...trusted, cert]);
    onTestFinished(() => setDefaultCACertificates(trusted));
    expect(await at('localhost')('GetItem', {})).toEqual({ done: true });
    await expect(at('127.0.0.1')('GetItem', {})).rejects.toThrow(/altnames/);
    expect(seen).toHaveLength(1);
  });
});
