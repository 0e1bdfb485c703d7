import { hash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { ownRegion } from './environment.ts';
import { createExchange } from './http/exchange.ts';
import { environmentCredentials } from './json-service/client.ts';
import { retried } from './json-service/retried.ts';
import { createSigner } from './json-service/signature.ts';

const LIMITS = { connectTimeoutMs: 2_000, silenceTimeoutMs: 10_000, maxSockets: 20 };
const ATTEMPTS = 4;

/** S3 answered something else than success or that there is no such object. */
class StorageAnswerError extends Error {
  override name = 'StorageAnswerError';
  readonly status: number;

  constructor(status: number) {
    super(`the bucket answered ${status}`);
    this.status = status;
  }
}

/**
 * Keeps requests that wait and answers, as JSON, in a bucket. Names of objects consist of letters,
 * digits and `-./`. Not by the SDK, because the hot path would start slower with it.
 */
export function createJobFiles(bucket: string) {
  const send = createSender(bucket);
  return {
    async put(objectKey: string, json: string): Promise<void> {
      await send('PUT', objectKey, json);
    },

    /** Does nothing if there is no such object. */
    async delete(objectKey: string): Promise<void> {
      await send('DELETE', objectKey);
    },
  };
}

/** Reads them. */
export function createJobReader(bucket: string) {
  const send = createSender(bucket);
  return {
    /** @returns `undefined` if there is no such object */
    get: (objectKey: string): Promise<string | undefined> => send('GET', objectKey),
  };
}

function createSender(bucket: string) {
  let connection: ReturnType<typeof connect> | undefined;
  const sendOnce = async (
    method: 'GET' | 'PUT' | 'DELETE',
    objectKey: string,
    body: string,
  ): Promise<string | undefined> => {
    const { host, sign, exchange } = (connection ??= connect());
    const path = `/${bucket}/${objectKey}`;
    const headers = { host, 'x-amz-content-sha256': hash('sha256', body) };
    const signed = sign({ method, path, headers, body }, environmentCredentials(), Date.now());
    const answer = await exchange({ method, path, headers: signed, body });
    const content = await text(answer.body);
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw new StorageAnswerError(answer.status);
    return content;
  };
  return (...[method, objectKey, body = '']: Sent): Promise<string | undefined> =>
    retried(() => sendOnce(method, objectKey, body), { isPassing, attempts: ATTEMPTS });
}

type Sent = [method: 'GET' | 'PUT' | 'DELETE', objectKey: string, body?: string];

function connect() {
  const region = ownRegion();
  const { AWS_ENDPOINT_URL_S3: own, AWS_ENDPOINT_URL: all } = process.env;
  const endpoint = new URL(own ?? all ?? `https://s3.${region}.amazonaws.com`);
  return {
    host: endpoint.host,
    sign: createSigner({ service: 's3', region }),
    exchange: createExchange(endpoint, LIMITS),
  };
}

const isPassing = (error: unknown): boolean =>
  !(error instanceof StorageAnswerError) || error.status >= 500;
