import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { createLocalTables } from '../../../aws/local-tables.ts';
import { stores } from '../../../composition/stores.ts';
import {
  isStreaming,
  runStreaming,
  streamingGlobals,
} from '../../../local/functions/response-stream.ts';
import { createRestEvent, newRequestId } from '../../../local/http/rest-event.ts';
import { StreamedAnswer } from '../../../local/http/streamed-answer.ts';
import { seedOrganization } from '../../../services/seed-organization.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import { bundleUrl } from '../requests/bundles.ts';
import { BENCH_KEY, BENCH_ORGANIZATION, CHAT_PATH, putBenchBudgets } from './bench-organization.ts';

/*
 * The deployed bundle of the gateway behind a plain HTTP server, as its peers run: one process, no
 * API Gateway, no followers of streams. Its log lines go nowhere.
 */

const [storeEndpoint = '', tablePrefix = ''] = process.argv.slice(2);
const TIMEOUT_MS = 60_000;

const db = await createLocalTables(storeEndpoint, tablePrefix, Object.values(TABLE_DEFINITIONS));
const admin = { keyId: 'bench', key: BENCH_KEY, role: 'admin' as const, requestsPerSecond: 10_000 };
await seedOrganization(stores(db).keys, BENCH_ORGANIZATION, [admin], Date.now());
await putBenchBudgets(db);

Object.assign(globalThis, { awslambda: streamingGlobals });
const { handler } = (await import(bundleUrl('gateway'))) as { handler: object };
if (!isStreaming(handler)) throw new Error('the gateway does not stream');

const api = {
  apiId: 'bench',
  name: 'bench',
  stage: 'live',
  stageVariables: undefined,
  routes: [],
  refusals: new Map<string, never>(),
};
const target = { kind: 'function', resourceId: 'chat', functionArn: '', timeoutMs: 0 } as const;
const context = { getRemainingTimeInMillis: () => TIMEOUT_MS };

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const event = createRestEvent(request, {
    api,
    target: { ...target, resource: CHAT_PATH },
    requestId: newRequestId(),
    path: CHAT_PATH,
    queryString: '',
    pathParameters: undefined,
    body: await buffer(request),
    now: Date.now(),
  });
  const answer = new StreamedAnswer(response, {
    extra: {},
    idleMs: TIMEOUT_MS,
    timeoutMs: TIMEOUT_MS,
    refuse: () => ({ statusCode: 502, headers: {}, body: 'the function failed' }),
  });
  try {
    await runStreaming(handler, event, context, answer);
    answer.end({ ok: true, payload: '' });
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    const failure = { errorType: 'Error', errorMessage: String(error) };
    answer.end({ ok: false, timedOut: false, error: failure });
  }
}
