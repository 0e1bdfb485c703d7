import type { Wire } from '../../domain/gateway/wire.ts';
import type { ClientAnswer } from '../../services/gateway/gateway-request.ts';
import type { StreamedAnswer } from '../edge/streamed-response.ts';
import { framesOf } from './stream-frames.ts';

/**
 * Writes an answer in the format of a route. Whether anybody reads it changes nothing.
 * @param quota the headers that tell the caller's quota of requests
 */
export function clientAnswer(
  wire: Wire,
  answer: StreamedAnswer,
  quota: Readonly<Record<string, string>>,
): ClientAnswer {
  const frames = framesOf(wire);
  let body: ReturnType<StreamedAnswer['begin']> | undefined;
  let hasMissed = false;
  const write = (part: string | Uint8Array): void => {
    hasMissed ||= answer.isReaderGone();
    body?.write(part);
  };
  return {
    whole(status, headers, json) {
      const type = { 'content-type': 'application/json' };
      answer.begin(status, { ...quota, ...headers, ...type }).end(json);
    },
    begin(headers) {
      body = answer.begin(200, {
        ...quota,
        ...headers,
        'content-type': frames.contentType,
        'cache-control': 'no-store',
      });
    },
    event: (event, kind) => write(frames.frame(event, kind === 'exception')),
    ping() {
      if (frames.ping !== undefined) write(frames.ping);
    },
    close(facts) {
      body?.end(Object.keys(facts).length === 0 ? '' : frames.closing(facts));
    },
    // A client may close a stream as soon as it has read the last event.
    isGone: () => (body ? hasMissed : answer.isReaderGone()),
  };
}
