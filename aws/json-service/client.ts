import { setTimeout as sleep } from 'node:timers/promises';
import { ownValue } from '../../domain/own-value.ts';
import { retried } from './retried.ts';
import { type Credentials, createSigner } from './signature.ts';
import { createPost, type HttpAnswer } from './transport.ts';

/** How to reach a service. Lambda sets what is not given here in the environment. */
export type ServiceSettings = {
  endpoint?: string | undefined;
  region?: string | (() => Promise<string>);
  credentials?: Credentials | (() => Promise<Credentials>);
  /** How often a call is tried in total, 3 if not given. */
  maxAttempts?: number;
  /** How long to wait for a connection, and then for each part of an answer: one second. */
  timeoutMs?: number;
  /** Connections at a time, 50 if not given. Further calls wait for one. */
  maxSockets?: number;
};

type Service = {
  /** As in the service's address and in signatures. */
  name: 'dynamodb' | 'sqs' | 'secretsmanager';
  /** The service's name and version in `x-amz-target`. */
  target: string;
  /** Default: `application/x-amz-json-1.0`. */
  contentType?: string;
  /** Headers of a call that are not signed, because AWS may change them on the way. */
  unsignedHeaders?: () => Record<string, string>;
};

/** @returns the service's answer in its JSON */
export type Call = (operation: string, input: object) => Promise<unknown>;

/** An error answer. Its name is the service's, such as `ConditionalCheckFailedException`. */
export class ServiceAnswerError extends Error {
  readonly status: number;
  readonly answer: Record<string, unknown>;

  constructor(status: number, answer: Record<string, unknown>) {
    const { __type: type, message = answer['Message'] } = answer;
    super(typeof message === 'string' ? message : '');
    // Types have a namespace, as in `com.amazonaws.dynamodb.v20120810#ThrottlingException`.
    this.name = typeof type === 'string' ? type.slice(type.indexOf('#') + 1) : `Status${status}`;
    this.status = status;
    this.answer = answer;
  }
}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'TransactionInProgressException',
]);
/** Pauses are random times up to these, doubled with each failure. */
const PAUSE_MS = 25;
const THROTTLED_PAUSE_MS = 500;

/**
 * Calls an AWS service that speaks JSON over HTTP. Signs calls, and repeats those that were lost,
 * throttled or failed inside the service.
 * @throws ServiceAnswerError for an error answer, and Node's error if the service is unreachable
 */
export function createServiceClient(service: Service, settings: ServiceSettings): Call {
  const { name, target, contentType = 'application/x-amz-json-1.0', unsignedHeaders } = service;
  let connection: ReturnType<typeof connect> | undefined;
  return async (operation, input) => {
    const { headers, sign, post, ...connected } = await (connection ??= connect(name, settings));
    const credentials = await given(connected.credentials);
    const named = {
      ...headers,
      'content-type': contentType,
      'x-amz-target': `${target}.${operation}`,
    };
    const body = JSON.stringify(input);
    const attempt = async (): Promise<string> => {
      const signed = sign({ headers: named, body }, credentials, Date.now());
      return textOf(await post({ ...signed, ...unsignedHeaders?.() }, body));
    };
    const { maxAttempts = 3 } = settings;
    const text = await retried(attempt, { isPassing, attempts: maxAttempts, pauseAfter });
    return JSON.parse(text === '' ? '{}' : text);
  };
}

async function connect(service: string, settings: ServiceSettings) {
  const { env } = process;
  const region = await given(settings.region ?? env['AWS_REGION']);
  if (region === undefined) throw new Error('AWS_REGION is not set');
  const endpoint = new URL(
    settings.endpoint ??
      ownValue(env, `AWS_ENDPOINT_URL_${service.toUpperCase()}`) ??
      env['AWS_ENDPOINT_URL'] ??
      `https://${service}.${region}.amazonaws.com`,
  );
  const { timeoutMs = 1_000, maxSockets = 50 } = settings;
  return {
    headers: { host: endpoint.host },
    sign: createSigner({ service, region }),
    post: createPost(endpoint, { timeoutMs, maxSockets }),
    credentials: settings.credentials ?? environmentCredentials(),
  };
}

const given = <Value extends string | object | undefined>(
  value: Value | (() => Promise<Value>),
): Value | Promise<Value> =>
  typeof value === 'function' ? (value as () => Promise<Value>)() : value;

/** Lambda sets the credentials of the function's role, which last as long as the environment. */
export function environmentCredentials(): Credentials {
  const { env } = process;
  const [accessKeyId, secretAccessKey] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY']];
  if (!accessKeyId || !secretAccessKey) throw new Error('the environment has no AWS credentials');
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** @throws ServiceAnswerError */
function textOf({ status, text }: HttpAnswer): string {
  if (status === 200) return text;
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // It was not the service that answered.
    answer = { message: text.slice(0, 200) };
  }
  throw new ServiceAnswerError(status, answer);
}

const isThrottled = (error: unknown): boolean =>
  error instanceof ServiceAnswerError && (error.status === 429 || THROTTLED.has(error.name));

const isPassing = (error: unknown): boolean =>
  !(error instanceof ServiceAnswerError) || error.status >= 500 || isThrottled(error);

async function pauseAfter(error: unknown, failures: number): Promise<void> {
  const longestMs = isThrottled(error) ? THROTTLED_PAUSE_MS : PAUSE_MS;
  await sleep(Math.random() * longestMs * 2 ** (failures - 1));
}
