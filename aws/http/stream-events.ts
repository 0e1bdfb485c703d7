import { EventStreamCodec } from '@smithy/eventstream-codec';
import { createParser } from 'eventsource-parser';
import type { StreamEvent } from '../../domain/gateway/wire-format.ts';
import { StreamExceptionError } from '../../domain/gateway/provider-client.ts';

/** The media type of Amazon's event stream. */
export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

const text = new TextDecoder();
const bytes = new TextEncoder();
const codec = new EventStreamCodec(
  (part) => (typeof part === 'string' ? part : text.decode(part)),
  (part) => bytes.encode(part),
);

/** The events of a streamed body: server-sent events, or Amazon's event stream. */
export const eventsOf = (
  contentType: string,
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<StreamEvent> =>
  contentType.startsWith(EVENT_STREAM) ? messagesOf(body) : serverSentEvents(body);

async function* serverSentEvents(body: AsyncIterable<Uint8Array>): AsyncIterable<StreamEvent> {
  const decoder = new TextDecoder();
  let events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => events.push({ event, data }),
  });
  for await (const part of body) {
    parser.feed(decoder.decode(part, { stream: true }));
    const complete = events;
    events = [];
    yield* complete;
  }
}

/** A message begins with its length in four bytes. */
const PRELUDE_BYTES = 4;

/**
 * @throws StreamExceptionError if the provider ends the stream with an error, and Error if a message
 *   is damaged or cut
 */
async function* messagesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<StreamEvent> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const part of body) {
    rest = rest.length === 0 ? Buffer.from(part) : Buffer.concat([rest, part]);
    while (rest.length >= PRELUDE_BYTES && rest.length >= rest.readUInt32BE(0)) {
      const length = rest.readUInt32BE(0);
      if (length < PRELUDE_BYTES) throw new Error('a message of the event stream has no length');
      const { headers, body: payload } = codec.decode(rest.subarray(0, length));
      const data = text.decode(payload);
      const exception = headers[':exception-type'] ?? headers[':error-code'];
      if (exception) throw new StreamExceptionError(String(exception.value), messageIn(data));
      yield { event: String(headers[':event-type']?.value ?? ''), data };
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new Error('the event stream was cut in a message');
}

/** The message of an exception, or its whole text. */
function messageIn(data: string): string {
  try {
    const { message } = JSON.parse(data) as { message?: unknown };
    return typeof message === 'string' ? message : data;
  } catch {
    return data;
  }
}

/**
 * One message of Amazon's event stream.
 * @param isException the event ends the stream with an error
 */
export function eventStreamMessage({ event = '', data }: StreamEvent, isException = false) {
  return codec.encode({
    headers: {
      [isException ? ':exception-type' : ':event-type']: { type: 'string', value: event },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: isException ? 'exception' : 'event' },
    },
    body: bytes.encode(data),
  });
}

/** One server-sent event. */
export const serverSentEvent = ({ event, data }: StreamEvent): string =>
  `${event === undefined ? '' : `event: ${event}\n`}${data
    .split('\n')
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
