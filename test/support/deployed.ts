import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { EmbeddedStore } from './embedded-store.ts';

/** Every HTTP function as deployed, by route key, on an embedded store. */
export type Deployed = {
  handlerOf(routeKey: string): Promise<unknown>;
  /** Invokes a function that a schedule starts. */
  run(name: string): Promise<unknown>;
  /** Bodies of the messages that functions put in queues, and of mails. */
  messages: readonly unknown[];
  close(): Promise<void>;
};

/**
 * Functions as wired in `index.ts`. Their queues lead to a server that accepts everything, their buckets to its
 * memory.
 * @param telemetry receives their logs and metrics; without it, nothing does
 */
export async function deployAll(store: EmbeddedStore, telemetry?: Telemetry): Promise<Deployed> {
  const messages: unknown[] = [];
  const objects = new Map<string, string>();
  const services = createServer(
    (request, response) =>
      void (request.method === 'POST'
        ? takeMessage(request, response).then((message) => messages.push(JSON.parse(message)))
        : keepObject(objects, request, response)),
  );
  await new Promise<void>((done) => services.listen(0, '127.0.0.1', done));
  const address = services.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const environment: Record<string, string> = {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_NAMESPACE: 'purser',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: url,
    PURSER_ENVIRONMENT: 'dev',
    PURSER_TABLE_PREFIX: store.tablePrefix,
    PURSER_RESERVATION_HOLD_SECONDS: '900',
    PURSER_RETENTION_DAYS: '400',
    PURSER_ENTRY_SHARDS: '[]',
    PURSER_REQUESTS_PER_SECOND: '1000000',
    PURSER_AUTHORIZER_CACHE_SECONDS: '60',
    PURSER_ALERT_QUEUE_URL: `${url}/000000000000/alerts`,
    PURSER_EXPORT_QUEUE_URL: `${url}/000000000000/exports`,
    PURSER_EXPORT_BUCKET: 'exports',
    PURSER_JOB_QUEUE_URL: `${url}/000000000000/jobs`,
    PURSER_JOB_BUCKET: 'jobs',
    PURSER_EVENT_BUS: 'events',
    PURSER_GATEWAY_REGIONS: '["us-east-1"]',
    PURSER_GATEWAY_MODELS: '["anthropic.claude-haiku-4-5"]',
    PURSER_PROVIDERS:
      '{"privateHosts":[],"connectTimeoutMs":1000,"silenceTimeoutMs":10000,"maxConnections":10}',
    PURSER_ALERT_SENDER: 'purser@example.com',
    PURSER_OPERATOR_ORGANIZATION: '',
    PURSER_WARMTH: JSON.stringify({ region: 'us-east-1', targetPercent: 70, functions: [] }),
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.doMock('../../lambdas/edge/open-store.ts', () => ({ openStore: () => store.db }));
  if (telemetry) vi.doMock('../../aws/telemetry.ts', () => ({ telemetry }));
  const names = new Map<string, string>(
    FUNCTIONS.flatMap(({ name, routes = [] }) =>
      routes.map(({ method, path }) => [`${method} ${path}`, name]),
    ),
  );
  return {
    messages,
    async run(name) {
      const handler = (await handlerNamed(name)) as () => Promise<unknown>;
      return handler();
    },
    handlerOf(routeKey) {
      const name = names.get(routeKey);
      if (name === undefined) throw new Error(`no function takes ${routeKey}`);
      return handlerNamed(name);
    },
    async close() {
      vi.doUnmock('../../lambdas/edge/open-store.ts');
      vi.doUnmock('../../aws/telemetry.ts');
      vi.unstubAllEnvs();
      await new Promise((done) => services.close(done));
    },
  };
}

async function handlerNamed(name: string): Promise<unknown> {
  const { handler }: { handler: unknown } = await import(`../../lambdas/${name}/index.ts`);
  return handler;
}

/** Answers like SQS and SES. SQS's client verifies the hash of what it sent. */
async function takeMessage(request: IncomingMessage, response: ServerResponse): Promise<string> {
  const body = (await json(request)) as { MessageBody?: string };
  const message = body.MessageBody ?? JSON.stringify(body);
  const hash = createHash('md5').update(message).digest('hex');
  response.end(JSON.stringify({ MessageId: 'one', MD5OfMessageBody: hash }));
  return message;
}

/** Answers like S3, by an object's path. */
async function keepObject(
  objects: Map<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  if (request.method === 'PUT') objects.set(path, await text(request));
  if (request.method === 'DELETE') objects.delete(path);
  if (request.method !== 'GET') {
    response.end();
    return;
  }
  const object = objects.get(path);
  response.writeHead(object === undefined ? 404 : 200, { 'content-type': 'application/xml' });
  response.end(object ?? '<Error><Code>NoSuchKey</Code></Error>');
}
