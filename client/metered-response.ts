import { reportIn } from '../domain/gateway/call-usage.ts';
import { parsedObject } from '../domain/gateway/provider-error.ts';
import { memberAt } from '../domain/gateway/reading.ts';
import { isUsageChunk } from '../domain/gateway/upstream-body.ts';
import { createUsageMeter, type UsageMeter } from '../domain/gateway/usage-meter.ts';
import type { ModelApi, StreamEvent } from '../domain/gateway/wire-format.ts';
import type { OpenCall } from './open-call.ts';

/** An answer to a call. `hidesUsage`: whether chunks that only report usage are for us alone. */
type Answered = { api: ModelApi; call: OpenCall; hidesUsage: boolean };

/**
 * The same response, after its usage is settled. A stream is settled just before its last event, or
 * when it breaks off or is left. @throws whatever breaks off a whole answer
 */
export async function metered(response: Response, answered: Answered): Promise<Response> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (isStream && response.body) {
    return new Response(settledStream(response.body, answered), response);
  }
  const text = await response.text();
  const body = parsedObject(text) ?? {};
  const report = memberAt(body, 'usage') ? reportIn(withoutVectors(body, answered), {}) : undefined;
  await answered.call.settle({ report, outputCharacters: 0 });
  return new Response(text, response);
}

/** Vectors tell nothing of usage, and are large. */
const withoutVectors = (body: object, { api }: Answered) => ({
  ...body,
  ...(api === 'embeddings' ? { data: undefined } : {}),
});

function settledStream(
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  { api, call, hidesUsage }: Answered,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = source.getReader();
  const meter = createUsageMeter(api);
  const settle = () => call.settle(meter.read());
  const events = shownEvents(reader, meter, hidesUsage);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await events.next();
        if (done || value.isLast) await settle();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value.text));
      } catch (error) {
        await settle();
        throw error;
      }
    },
    async cancel(reason) {
      await Promise.allSettled([settle(), reader.cancel(reason)]);
    },
  });
}

/** The text of one event or more, as it came. */
type Shown = { text: string; isLast: boolean };

async function* shownEvents(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  meter: UsageMeter,
  hidesUsage: boolean,
): AsyncGenerator<Shown> {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const blocks = rest.split(/(?<=\r\n\r\n|\n\n)/);
    rest = done || /\r?\n\r?\n$/.test(blocks.at(-1) ?? '') ? '' : (blocks.pop() ?? '');
    const shown = blocks.map((text) => ({ text, event: eventIn(text) }));
    for (const { event } of shown) meter.see(event);
    const text = shown
      .filter(({ event }) => !(hidesUsage && isUsageChunk(parsedObject(event.data) ?? {})))
      .map((each) => each.text)
      .join('');
    if (text !== '') yield { text, isLast: shown.some(({ event }) => isLast(event)) };
    if (done) return;
  }
}

function eventIn(block: string): StreamEvent {
  const valuesOf = (name: string): string[] =>
    block
      .split(/\r?\n/)
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  return { event: valuesOf('event')[0], data: valuesOf('data').join('\n') };
}

const LAST = new Set([
  'message_stop',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

const isLast = ({ event = '', data }: StreamEvent): boolean => data === '[DONE]' || LAST.has(event);
