import { Writable } from 'node:stream';

/*
 * What Lambda's Node runtime gives to handlers that stream. It behaves like the runtime's own
 * (aws/aws-lambda-nodejs-runtime-interface-client), also where that surprises.
 */

/** The stream that a streaming handler writes to. */
export type ResponseStream = Writable & {
  setContentType(contentType: string): void;
  /** Runs before the first `write`. An `end` without a `write` never runs it, as on Lambda. */
  beforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
};

/** Takes what a handler writes. */
export type ResponseSink = {
  /** Runs `taken` as soon as there is room for the next chunk. */
  take(chunk: Buffer, taken: () => void): void;
  /** Runs `leave` once if the reader goes away before the end. */
  whenGone(leave: () => void): void;
};

type StreamingHandler = (
  event: unknown,
  stream: ResponseStream,
  context: object,
) => Promise<unknown>;

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const METADATA_TYPE = 'application/vnd.awslambda.http-integration-response';
const DELIMITER = new Uint8Array(8);

const READER_GONE = new Error('The reader of the response has gone.');

/** The members of the global `awslambda` that let a handler stream. */
export const streamingGlobals = {
  streamifyResponse<Handler extends object>(handler: Handler): Handler {
    return Object.assign(handler, { [STREAMING]: 'response' });
  },
  HttpResponseStream: {
    from(stream: ResponseStream, metadata: object): ResponseStream {
      stream.setContentType(METADATA_TYPE);
      const head = JSON.stringify(metadata);
      stream.beforeFirstWrite = (write) => {
        write(head);
        write(DELIMITER);
      };
      return stream;
    },
  },
};

/** Whether a handler went through `streamifyResponse`. */
export const isStreaming = (handler: object): boolean =>
  (handler as Record<symbol, unknown>)[STREAMING] === 'response';

/**
 * Runs a streaming handler once. Rejects if it fails, or leaves its stream open. If the reader goes
 * away, the stream is destroyed with an error, and only the handler decides how the run ends.
 */
export async function runStreaming(
  handler: object,
  event: unknown,
  context: object,
  sink: ResponseSink,
): Promise<void> {
  const stream = createResponseStream(sink);
  const isFinished = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve);
    stream.once('error', reject);
  });
  // A handler that fails rejects with its own error, so nobody listens to this one.
  isFinished.catch(() => undefined);
  await (handler as StreamingHandler)(event, stream, context);
  if (stream.errored === READER_GONE) return;
  if (!stream.writableEnded) throw new Error('Response stream is not finished.');
  await isFinished.catch((error: unknown) => {
    if (stream.errored !== READER_GONE) throw error;
  });
}

function createResponseStream(sink: ResponseSink): ResponseStream {
  let isWritten = false;
  const plain = new Writable({
    write: (chunk: Buffer, _encoding, done) => sink.take(chunk, done),
  });
  sink.whenGone(() => plain.destroy(READER_GONE));
  const write = plain.write.bind(plain) as (chunk: unknown, ...rest: unknown[]) => boolean;
  const stream: ResponseStream = Object.assign(plain, {
    setContentType: (): void => {
      if (isWritten) throw new Error('Cannot set content-type, too late.');
    },
    write: (chunk: unknown, ...rest: unknown[]): boolean => {
      if (!isWritten) stream.beforeFirstWrite?.((first) => void write(first));
      isWritten = true;
      const isRaw = typeof chunk === 'string' || chunk instanceof Uint8Array;
      return write(isRaw ? chunk : JSON.stringify(chunk), ...rest);
    },
  });
  return stream;
}
