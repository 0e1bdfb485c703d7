import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { stores } from '../../composition/stores.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { requireContract, routeKeyOf } from './contract.ts';

/** The admin key of every local run that tests start. */
export const RUN_KEY = 'test-admin-key-0123456789';

export type Answer<Body = Record<string, unknown>> = {
  status: number;
  headers: Headers;
  body: Body;
};

/** A running application, its folder, and the admin key of the organization that asks. */
type Connection = { url: string; dataDirectory: string; organizationId: string; key: string };

export type PurserClient = ReturnType<typeof createPurserClient>;

/**
 * Asks a running application, and compares each answer with its contract. Not by `client/`, which takes
 * only right bodies and throws for refusals, while tests send wrong ones and look at the answer.
 */
export function createPurserClient({ url, dataDirectory, organizationId, key }: Connection) {
  const running = (): { dynamoDbEndpoint: string } =>
    JSON.parse(readFileSync(join(dataDirectory, 'running.json'), 'utf8')) as {
      dynamoDbEndpoint: string;
    };

  const store = () =>
    createDynamoDb({
      tablePrefix: 'purser-dev-',
      client: localEndpoint(running().dynamoDbEndpoint),
    });

  async function call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${path.startsWith('/_local/') ? RUN_KEY : key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    requireContract(routeKeyOf(method, path), {
      status: response.status,
      contentType: response.headers.get('content-type'),
      text,
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body,
    };
  }

  return {
    url,
    key,
    organizationId,
    dataDirectory,
    call,
    get: <Body = Record<string, unknown>>(path: string) => call<Body>('GET', path),
    post: <Body = Record<string, unknown>>(
      path: string,
      body: unknown,
      headers?: Record<string, string>,
    ) => call<Body>('POST', path, body, headers),
    put: <Body = Record<string, unknown>>(path: string, body: unknown) =>
      call<Body>('PUT', path, body),
    /** Milliseconds since 1970 on its clock. */
    now: async () => Date.parse((await call<{ now: string }>('GET', '/_local/clock')).body.now),
    /** Waits until streams and queues are processed. */
    drain: () => call('POST', '/_local/drain', {}),
    /** The underlying store, for inspection. */
    store,
    /** Checks conservation from the tables. */
    checkLedger() {
      return checkLedger(stores(store()).ledger);
    },
  };
}
