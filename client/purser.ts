import { type Operations, ROUTES, type Schemas } from './api-types.ts';
import { PurserError, QueuedError } from './purser-error.ts';
import { uuidV7 } from './uuid-v7.ts';

export type AiRequest = Schemas['AiRequest'];
export type Reservation = Schemas['Reservation'];
export type Settlement = Schemas['SettlementInput'];

export type PurserOptions = {
  /** The address of the API, such as `https://api.example.com`. */
  url: string;
  key: string;
  /** Ends repetitions of calls. */
  signal?: AbortSignal | undefined;
  /** How often a call is repeated if it gets no answer or is told to retry. Default: 2. */
  retries?: number | undefined;
  /**
   * Told if a guarded call could not be settled or voided. Its money stays held, and is presumed spent
   * when the hold ends.
   */
  onUnsettled?: ((reservationId: string, error: unknown) => void) | undefined;
  /** Milliseconds since 1970 on Purser's clock, if that differs from the clock of this machine. */
  now?: (() => number) | undefined;
  /** Default: the `fetch` of the environment. */
  fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
};

type Parts<Id extends keyof Operations> = {
  params?: Operations[Id]['params'];
  query?: Operations[Id]['query'];
  body?: Operations[Id]['body'];
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
};

export type Purser = ReturnType<typeof createPurser>;

const FIRST_PAUSE_MS = 200;
/** Who is told to wait longer gets the error, which says how long. */
const LONGEST_PAUSE_MS = 5_000;

/** A client of Purser's API. Needs nothing but `fetch`, so it works in Node.js and in browsers. */
export function createPurser({
  url,
  key,
  retries = 2,
  signal: stop,
  onUnsettled = () => undefined,
  now = Date.now,
  fetch: send = fetch,
}: PurserOptions) {
  /**
   * Calls an operation by its id in the OpenAPI document. Repeats it with the same `Idempotency-Key`.
   * @throws PurserError with the problem that Purser answers
   */
  async function call<Id extends keyof Operations>(
    operation: Id,
    { params = {}, query = {}, body, idempotencyKey = uuidV7(now()), signal }: Parts<Id> = {},
  ): Promise<Operations[Id]['answer']> {
    const [method = '', template = ''] = ROUTES[operation].split(' ');
    const init: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    };
    const address = url.replace(/\/$/, '') + pathOf(template, params, query);
    for (let attempt = 1; ; attempt += 1) {
      const error = await answerTo(() => send(address, init));
      if (!(error instanceof PurserError)) return error.answer;
      const { retryAfterMs = 0, mayRetry } = error;
      const isOver =
        attempt > retries || retryAfterMs > LONGEST_PAUSE_MS || signal?.aborted || stop?.aborted;
      if (isOver || !mayRetry) throw error;
      const pauseMs = Math.max(
        retryAfterMs,
        Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS),
      );
      await new Promise((resume) => setTimeout(resume, pauseMs));
    }
  }

  return {
    call,
    onUnsettled,

    /**
     * Holds the money of a request.
     * @throws PurserError `budget-exceeded` and others, and QueuedError if it is deferred and has to
     *   wait
     */
    async reserve(request: AiRequest, signal?: AbortSignal): Promise<Reservation> {
      const answer = await call('createReservation', { body: request, signal });
      if (answer.decision === 'queue') throw new QueuedError(answer.jobId);
      return answer;
    },

    /** Records what a request really cost. */
    settle: (id: string, settlement: Settlement) =>
      call('settleReservation', { params: { id }, body: settlement }),

    /** Releases the money of a request that was not made. */
    void: (id: string) => call('voidReservation', { params: { id } }),
  };
}

function pathOf(template: string, params: object, query: object): string {
  const path = Object.entries(params).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(String(value))),
    template,
  );
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

/** The response to a call, or the reason it failed. */
async function answerTo(send: () => Promise<Response>): Promise<{ answer: never } | PurserError> {
  let response: Response;
  let text: string;
  try {
    response = await send();
    text = await response.text();
  } catch (error) {
    return PurserError.ofNoAnswer(error);
  }
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  const content: unknown = isJson && text !== '' ? JSON.parse(text) : text;
  return response.ok ? { answer: content as never } : PurserError.ofAnswer(response, content);
}
