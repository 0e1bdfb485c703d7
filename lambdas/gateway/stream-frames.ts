import { EVENT_STREAM, eventStreamMessage, serverSentEvent } from '../../aws/http/stream-events.ts';
import type { Wire } from '../../domain/gateway/wire.ts';
import type { StreamEvent } from '../../domain/gateway/wire-format.ts';

/** How the events of a stream are written to a client. */
export type StreamFrames = {
  contentType: string;
  frame(event: StreamEvent, isException: boolean): string | Uint8Array;
  /** Keeps a silent connection open, where the format has a word for that. */
  ping?: string;
  /** Tells facts such as the cost after the last event, where the format has a place for that. */
  closing(facts: Record<string, string>): string;
};

/** Comments, which every client skips: some fail on events that they do not know. */
const comments = (facts: Record<string, string>): string =>
  `${Object.entries(facts)
    .map(([name, value]) => `: ${name}: ${value}\n`)
    .join('')}\n`;

/** The frames of a route's streams. */
export function framesOf({ frames, family }: Wire): StreamFrames {
  if (frames === 'event stream') {
    return { contentType: EVENT_STREAM, frame: eventStreamMessage, closing: () => '' };
  }
  const base = { contentType: 'text/event-stream; charset=utf-8', frame: serverSentEvent };
  switch (family) {
    case 'anthropic': {
      const ping = serverSentEvent({ event: 'ping', data: '{"type":"ping"}' });
      return { ...base, ping, closing: comments };
    }
    case 'openai':
      return { ...base, ping: ': ping\n\n', closing: comments };
    default: {
      const closing = (facts: Record<string, string>): string =>
        serverSentEvent({ event: 'purser', data: JSON.stringify(facts) });
      return { ...base, ping: ': ping\n\n', closing };
    }
  }
}
