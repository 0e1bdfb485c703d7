import { EventStreamCodec } from '@smithy/core/event-streams';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : decoder.decode(bytes)),
  (text) => encoder.encode(text),
);

/** One message of Amazon's binary event stream with a JSON payload. */
export function encodeMessage(
  kind: 'event' | 'exception',
  name: string,
  payload: object,
): Uint8Array {
  const header = (value: string) => ({ type: 'string' as const, value });
  return codec.encode({
    headers: {
      [`:${kind}-type`]: header(name),
      ':content-type': header('application/json'),
      ':message-type': header(kind),
    },
    body: encoder.encode(JSON.stringify(payload)),
  });
}
