/** One answer of the API; `latencyMs` is the time of the successful attempt. */
export type ApiAnswer = {
  status: number;
  body: unknown;
  latencyMs: number;
  retries: number;
};

export type ApiRequest = {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  idempotencyKey?: string | undefined;
};

/** @throws ApiUnreachableError if every attempt failed; other statuses are answers */
export type ApiClient = (request: ApiRequest) => Promise<ApiAnswer>;

/** No usable answer arrived within the retry period. */
export class ApiUnreachableError extends Error {
  override name = 'ApiUnreachableError';
}

export type ApiClientOptions = {
  /** Without a trailing slash. */
  baseUrl: string;
  key: string;
  fetch: typeof fetch;
  sleep: (ms: number) => Promise<void>;
  /** Monotonic clock in milliseconds. */
  now: () => number;
  /** How long to retry while the server is unreachable or answers 5xx. */
  retryForMs?: number;
  /** Ends retries early. */
  signal?: AbortSignal | undefined;
};

const ATTEMPT_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/**
 * Calls the API the way a careful client does: retries network errors, 5xx and throttling with the
 * same Idempotency-Key and growing pauses. A budget's refusal (429 with its own problem type) is an
 * answer and never retried.
 */
export function createApiClient({
  baseUrl,
  key,
  fetch,
  sleep,
  now,
  retryForMs = 60_000,
  signal,
}: ApiClientOptions): ApiClient {
  async function attempt(request: ApiRequest): Promise<Omit<ApiAnswer, 'retries'>> {
    const startedMs = now();
    const response = await fetch(`${baseUrl}${request.path}`, {
      method: request.method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.idempotencyKey ? { 'idempotency-key': request.idempotencyKey } : {}),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text), latencyMs: now() - startedMs };
  }

  return async (request) => {
    const startedMs = now();
    for (let retries = 0; ; retries += 1) {
      let failure: string;
      try {
        const answer = await attempt(request);
        if (!isWorthRepeating(answer)) return { ...answer, retries };
        failure = `HTTP ${answer.status}`;
      } catch (error) {
        failure = reasonOf(error);
      }
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** retries, LONGEST_PAUSE_MS);
      if (signal?.aborted || now() + pauseMs - startedMs > retryForMs) {
        throw new ApiUnreachableError(
          `${request.method} ${request.path}: ${failure} after ${retries + 1} attempts`,
        );
      }
      await sleep(pauseMs);
    }
  };
}

function isWorthRepeating({ status, body }: Pick<ApiAnswer, 'status' | 'body'>): boolean {
  return status >= 500 || (status === 429 && problemType(body) !== 'budget-exceeded');
}

/** The last part of a problem's `type`, such as `budget-exceeded`. */
export function problemType(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('type' in body)) return undefined;
  return typeof body.type === 'string' ? body.type.split('/').at(-1) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
