import type { ServerResponse } from 'node:http';
import type { InvocationResult } from '../functions/function-host.ts';
import type { ResponseSink } from '../functions/response-stream.ts';
import { type HttpAnswer, writeAnswer } from './http-response.ts';
import type { Refusal } from './rest-refusals.ts';

export type StreamedAnswerOptions = {
  /** Headers that the API adds. */
  extra: Readonly<Record<string, string>>;
  /** The longest time without a byte from the function. */
  idleMs: number;
  /** The longest time for the whole answer. */
  timeoutMs: number;
  refuse: (refusal: Refusal) => HttpAnswer;
};

/** Passes on to a client what a function streams. */
export type StreamedAnswer = ResponseSink & {
  /** The function has ended. Gives the status that the client received. */
  end(result: InvocationResult): number;
};

type Head = {
  statusCode: number;
  headers: Record<string, string | string[]>;
};

const DELIMITER = Buffer.alloc(8);
/** The delimiter must come within this many bytes. */
const LARGEST_HEAD_BYTES = 16 * 1024;
const DROPPED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
]).add('transfer-encoding');
/** API Gateway keeps these names for itself and sends the function's under another one. */
const REMAPPED = new Set(['authorization', 'content-md5', 'date', 'server', 'www-authenticate']);

/**
 * Starts an answer of a REST API that streams. A client that goes away does not stop the function:
 * what it writes from then on is swallowed, also after a timeout.
 */
export function createStreamedAnswer(
  response: ServerResponse,
  { extra, idleMs, timeoutMs, refuse }: StreamedAnswerOptions,
): StreamedAnswer {
  let before = Buffer.alloc(0);
  let status: number | undefined;
  let idle: NodeJS.Timeout | undefined;
  const isGone = (): boolean => response.destroyed || response.writableEnded;

  /** Refuses if nothing was sent yet; breaks the answer off otherwise. */
  const giveUp = (refusal: Refusal): void => {
    if (isGone()) return;
    if (status !== undefined) {
      response.destroy();
      return;
    }
    const answer = refuse(refusal);
    status = answer.statusCode;
    writeAnswer(response, answer, extra);
  };
  const watch = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => giveUp('INTEGRATION_TIMEOUT'), idleMs);
    idle.unref();
  };
  const longest = setTimeout(() => giveUp('INTEGRATION_TIMEOUT'), timeoutMs);
  longest.unref();
  watch();

  /** Sends the head as soon as it is whole, and gives the part of the body that came with it. */
  const readHead = (chunk: Buffer): Buffer | undefined => {
    before = Buffer.concat([before, chunk]);
    const at = before.indexOf(DELIMITER);
    const head = at < 0 ? undefined : headOf(before.subarray(0, at).toString());
    if (head === undefined) {
      if (at >= 0 || before.length > LARGEST_HEAD_BYTES) giveUp('INTEGRATION_FAILURE');
      return undefined;
    }
    try {
      response.writeHead(head.statusCode, { ...head.headers, ...extra } as Record<string, string>);
      response.flushHeaders();
      status = head.statusCode;
    } catch {
      // The function set a header that HTTP does not allow.
      giveUp('INTEGRATION_FAILURE');
    }
    return before.subarray(at + DELIMITER.length);
  };

  return {
    take(chunk, taken) {
      watch();
      const body = isGone() ? undefined : status === undefined ? readHead(chunk) : chunk;
      if (body === undefined || body.length === 0 || isGone() || response.write(body)) taken();
      else onceEither(response, ['drain', 'close'], taken);
    },
    end(result) {
      clearTimeout(idle);
      clearTimeout(longest);
      if (status === undefined || !result.ok) giveUp('INTEGRATION_FAILURE');
      else if (!isGone()) response.end();
      // API Gateway logs a client that has gone before the head as 499.
      return status ?? 499;
    },
  };
}

/** Reads the metadata of an answer, or `undefined` if they are not valid. */
function headOf(json: string): Head | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { statusCode, headers, multiValueHeaders, cookies } = value as Readonly<
    Record<string, unknown>
  >;
  const status = Number(statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const all = new Map<string, string | string[]>([['content-type', 'application/json']]);
  const add = (name: string, content: string | string[]): void => {
    const lower = name.toLowerCase();
    if (DROPPED.has(lower)) return;
    all.set(REMAPPED.has(lower) ? `x-amzn-remapped-${lower}` : lower, content);
  };
  for (const [name, content] of Object.entries(headers ?? {})) add(name, String(content));
  for (const [name, contents] of Object.entries(multiValueHeaders ?? {})) {
    add(name, [contents].flat().map(String));
  }
  if (Array.isArray(cookies) && cookies.length > 0) add('set-cookie', cookies.map(String));
  return { statusCode: status, headers: Object.fromEntries(all) };
}

function onceEither(response: ServerResponse, names: readonly string[], run: () => void): void {
  const finish = (): void => {
    for (const name of names) response.off(name, finish);
    run();
  };
  for (const name of names) response.on(name, finish);
}
