type Problem = { type?: string; title?: string; detail?: string; [member: string]: unknown };

/** Why Purser did not do what a call asked for. */
export class PurserError extends Error {
  override name = 'PurserError';
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The last part of the problem's type, such as `budget-exceeded`. */
  readonly type: string;
  /** The whole problem (RFC 9457): the deciding budget, when it resets, and so on. */
  readonly problem: Problem;
  readonly retryAfterMs: number | undefined;
  /** Whether the same call may succeed later without a change. */
  readonly mayRetry: boolean;

  private constructor(
    message: string,
    facts: Pick<PurserError, 'status' | 'problem' | 'retryAfterMs' | 'mayRetry'> & {
      cause?: unknown;
    },
  ) {
    super(message, { cause: facts.cause });
    this.status = facts.status;
    this.problem = facts.problem;
    this.type = facts.problem.type?.split('/').at(-1) ?? 'unknown';
    this.retryAfterMs = facts.retryAfterMs;
    this.mayRetry = facts.mayRetry;
  }

  static ofAnswer({ status, headers }: Response, content: unknown): PurserError {
    const problem = typeof content === 'object' && content !== null ? (content as Problem) : {};
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const stated = headers.get('x-should-retry');
    return new PurserError(problem.detail ?? `Purser answers ${status}`, {
      status,
      problem,
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : undefined,
      mayRetry: stated === null ? status >= 500 : stated === 'true',
    });
  }

  static ofNoAnswer(cause: unknown): PurserError {
    const isAborted = cause instanceof Error && cause.name === 'AbortError';
    return new PurserError(isAborted ? 'The call was aborted.' : 'Purser does not answer.', {
      status: 0,
      problem: {},
      retryAfterMs: undefined,
      mayRetry: !isAborted,
      cause,
    });
  }
}

/** A deferred request found no room and waits as a job: ask for it with `call('getJob', …)`. */
export class QueuedError extends Error {
  override name = 'QueuedError';
  readonly jobId: string;

  constructor(jobId: string) {
    super(`No budget has room for the request now, so it waits as job ${jobId}.`);
    this.jobId = jobId;
  }
}
