import type { ServerResponse } from 'node:http';
import type { InvocationResult } from '../functions/function-host.ts';
import type { ResponseSink } from '../functions/response-stream.ts';
import { type HttpAnswer, writeAnswer } from './http-response.ts';
import type { Refusal } from './rest-refusals.ts';
import { readHead } from './streamed-head.ts';

export type StreamedAnswerOptions = {
  /** Headers that the API adds. */
  extra: Readonly<Record<string, string>>;
  /** The longest time without a byte from the function. */
  idleMs: number;
  /** The longest time for the whole answer. */
  timeoutMs: number;
  refuse: (refusal: Refusal) => HttpAnswer;
};

const DELIMITER = Buffer.alloc(8);
/** The delimiter must come within this many bytes. */
const LARGEST_HEAD_BYTES = 16 * 1024;
/** API Gateway logs it where a client has gone before the head. */
const CLIENT_GONE = 499;

/**
 * Passes on to a client what a function streams. A client that goes away does not stop the
 * function: its stream breaks, and what it writes from then on is swallowed, also after a timeout.
 * Lambda does not tell its functions that (aws/aws-lambda-nodejs-runtime-interface-client#145).
 */
export class StreamedAnswer implements ResponseSink {
  private readonly response: ServerResponse;
  private readonly options: StreamedAnswerOptions;
  private readonly longest: NodeJS.Timeout;
  private idle: NodeJS.Timeout | undefined;
  private before = Buffer.alloc(0);
  private status: number | undefined;
  /** A response of HTTP/2 does not say that it is destroyed. */
  private isClosed = false;
  private leave = (): void => undefined;

  constructor(response: ServerResponse, options: StreamedAnswerOptions) {
    this.response = response;
    this.options = options;
    this.longest = setTimeout(() => this.giveUp('INTEGRATION_TIMEOUT'), options.timeoutMs);
    this.longest.unref();
    this.watch();
    response.once('close', () => {
      this.isClosed = true;
      this.leave();
    });
  }

  take(chunk: Buffer, taken: () => void): void {
    this.watch();
    const { response } = this;
    const body = this.isGone() || this.status !== undefined ? chunk : this.takeHead(chunk);
    if (body.length === 0 || this.isGone() || response.write(body)) taken();
    else onceEither(response, ['drain', 'close'], taken);
  }

  /** Where the function has ended before, nobody listens any more. */
  whenGone(leave: () => void): void {
    this.leave = leave;
    if (this.isClosed) leave();
  }

  /** The function has ended. Gives the status that the client received. */
  end(result: InvocationResult): number {
    clearTimeout(this.idle);
    clearTimeout(this.longest);
    if (this.status === undefined || !result.ok) this.giveUp('INTEGRATION_FAILURE');
    else if (!this.isGone()) this.response.end();
    return this.status ?? CLIENT_GONE;
  }

  private isGone(): boolean {
    return this.isClosed || this.response.destroyed || this.response.writableEnded;
  }

  private watch(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.giveUp('INTEGRATION_TIMEOUT'), this.options.idleMs);
    this.idle.unref();
  }

  /** Sends the head as soon as it is whole, and gives the part of the body that came with it. */
  private takeHead(chunk: Buffer): Buffer {
    this.before = Buffer.concat([this.before, chunk]);
    const at = this.before.indexOf(DELIMITER);
    const head = at < 0 ? undefined : readHead(this.before.subarray(0, at).toString());
    if (head === undefined) {
      if (at >= 0 || this.before.length > LARGEST_HEAD_BYTES) this.giveUp('INTEGRATION_FAILURE');
      return Buffer.alloc(0);
    }
    try {
      const headers = { ...head.headers, ...this.options.extra };
      this.response.writeHead(head.statusCode, headers as Record<string, string>);
      this.response.flushHeaders();
      this.status = head.statusCode;
    } catch {
      // The function set a header that HTTP does not allow.
      this.giveUp('INTEGRATION_FAILURE');
    }
    return this.before.subarray(at + DELIMITER.length);
  }

  /** Refuses if nothing was sent yet; breaks the answer off otherwise. */
  private giveUp(refusal: Refusal): void {
    if (this.isGone()) return;
    if (this.status !== undefined) {
      this.response.destroy();
      return;
    }
    const answer = this.options.refuse(refusal);
    this.status = answer.statusCode;
    writeAnswer(this.response, answer, this.options.extra);
  }
}

function onceEither(response: ServerResponse, names: readonly string[], run: () => void): void {
  const finish = (): void => {
    for (const name of names) response.off(name, finish);
    run();
  };
  for (const name of names) response.on(name, finish);
}
