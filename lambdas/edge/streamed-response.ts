import type { APIGatewayProxyEvent, Context, StreamifyHandler } from 'aws-lambda';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** A request as API Gateway's REST APIs hand it over (payload format 1.0), its parameters decoded. */
export type RestEvent = APIGatewayProxyEvent;

/** Names in any case. A list sends the header once per value, as cookies need it. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

/** The answer to one request, which its handler sends bit by bit. */
export type StreamedAnswer = {
  /**
   * Sends the status and the headers at once, and returns the body, which the handler writes and
   * ends. If the reader has gone, what is written is swallowed, and the body still finishes. If the
   * reader is slow, `write` returns false; do not wait for `drain` before a settlement.
   * @throws Error if the answer has already begun
   */
  begin: (status: number, headers?: AnswerHeaders) => Writable;
  /**
   * Whether the reader went away before the answer's end, so far as the platform tells. Lambda does
   * not tell (aws/aws-lambda-nodejs-runtime-interface-client#145).
   */
  isReaderGone: () => boolean;
};

/** Answers one request. Rejects to break the answer off, which Lambda counts as an error. */
export type StreamedHandler = (
  event: RestEvent,
  answer: StreamedAnswer,
  context: Context,
) => Promise<void>;

/** Pages of every origin may read answers and headers: keys travel in headers, never in cookies. */
const CORS: AnswerHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': '*',
};

type RuntimeStream = Parameters<StreamifyHandler>[1];

/**
 * Makes a Lambda handler that streams its answers through a REST API. Lambda's runtime provides
 * the global `awslambda` on which it builds. Ends a body that the handler has begun and left open.
 */
export function streamedHandler(handle: StreamedHandler): StreamifyHandler<RestEvent, void> {
  return awslambda.streamifyResponse(async (event: RestEvent, stream, context) => {
    const reader = readerOf(stream);
    let body: Writable | undefined;
    const begin: StreamedAnswer['begin'] = (status, headers = {}) => {
      if (body) throw new Error('the answer has already begun');
      body = bodyOf(withHead(stream, status, { ...CORS, ...headers }), reader);
      return body;
    };
    await handle(decoded(event), { begin, isReaderGone: () => reader.isGone }, context);
    if (!body) throw new Error('the handler has returned without an answer');
    if (!body.writableEnded) body.end();
    await finished(body);
  });
}

/** REST APIs, unlike HTTP APIs, pass path parameters on as the client encoded them. */
function decoded(event: RestEvent): RestEvent {
  if (!event.pathParameters) return event;
  const parameters = Object.entries(event.pathParameters);
  const pathParameters = Object.fromEntries(
    parameters.map(([name, value]) => [name, value === undefined ? value : decodedText(value)]),
  );
  return { ...event, pathParameters };
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Sends status and headers. The runtime sends them with the first write, and a body that ends
 * without one would lose them; so the first write is an empty one.
 */
function withHead(stream: RuntimeStream, status: number, headers: AnswerHeaders): RuntimeStream {
  const entries = Object.entries(headers);
  const begun = awslambda.HttpResponseStream.from(stream, {
    statusCode: status,
    headers: Object.fromEntries(entries.filter(([, value]) => typeof value === 'string')),
    multiValueHeaders: Object.fromEntries(entries.filter(([, value]) => typeof value !== 'string')),
  });
  begun.write('');
  return begun;
}

/** Who reads a stream: gone once it breaks or closes before it has ended. */
type Reader = { isGone: boolean; hasEnded: boolean; resume: () => void };

function readerOf(stream: RuntimeStream): Reader {
  const reader: Reader = { isGone: false, hasEnded: false, resume: () => undefined };
  const leave = (): void => {
    reader.isGone ||= !reader.hasEnded;
    reader.resume();
  };
  stream.on('drain', () => reader.resume());
  stream.on('error', leave);
  stream.on('close', leave);
  return reader;
}

/** A true `Writable`, because the runtime's stream has only some of its members. */
const bodyOf = (stream: RuntimeStream, reader: Reader): Writable =>
  new Writable({
    write(chunk, _encoding, done) {
      if (reader.isGone || stream.write(chunk)) done();
      else reader.resume = once(done);
    },
    final(done) {
      if (reader.isGone) {
        done();
        return;
      }
      reader.resume = once(done);
      stream.end(() => {
        reader.hasEnded = true;
        reader.resume();
      });
    },
  });

function once(callback: () => void): () => void {
  let isCalled = false;
  return () => {
    if (isCalled) return;
    isCalled = true;
    callback();
  };
}
