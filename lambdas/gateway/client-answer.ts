import type { Wire } from '../../domain/gateway/wire.ts';
import type { ClientAnswer } from '../../services/gateway/gateway-request.ts';
import type { StreamedAnswer } from '../edge/streamed-response.ts';
import { framesOf } from './stream-frames.ts';

/** Writes an answer in the format of a route. Whether anybody reads it changes nothing. */
export function clientAnswer(wire: Wire, answer: StreamedAnswer): ClientAnswer {
  const frames = framesOf(wire);
  let body: ReturnType<StreamedAnswer['begin']> | undefined;
  const write = (part: string | Uint8Array): void => void body?.write(part);
  return {
    whole(status, headers, json) {
      answer.begin(status, { ...headers, 'content-type': 'application/json' }).end(json);
    },
    begin(headers) {
      body = answer.begin(200, {
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
  };
}
