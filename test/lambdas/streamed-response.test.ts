import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { callStreamed, restEvent } from '../support/streamed-call.ts';
import { type StreamedHandler, streamedHandler } from '../../lambdas/edge/streamed-response.ts';

const EVENT = restEvent('POST /bedrock/model/{modelId}/converse', {
  params: { modelId: 'amazon.nova-micro-v1:0' },
  body: { messages: [] },
});

const call = (handle: StreamedHandler, options?: Parameters<typeof callStreamed>[2]) =>
  callStreamed(streamedHandler(handle), EVENT, options);

describe('a streamed answer', () => {
  it('has its status, its headers and its chunks', async () => {
    const answer = await call(async (event, { begin }) => {
      const body = begin(201, {
        'content-type': 'text/event-stream',
        'set-cookie': ['a=1', 'b=2'],
      });
      body.write('data: 1\n\n');
      body.write(`data: ${event.pathParameters?.['modelId']}\n\n`);
      body.end();
    });
    expect(answer).toEqual({
      status: 201,
      headers: {
        'content-type': 'text/event-stream',
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
      },
      multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
      body: 'data: 1\n\ndata: amazon.nova-micro-v1:0\n\n',
      chunks: ['data: 1\n\n', 'data: amazon.nova-micro-v1:0\n\n'],
    });
  });

  it('sends its head before the first byte of its body', async () => {
    const seen: string[] = [];
    await call(
      async (_event, { begin }) => {
        const body = begin(200);
        seen.push('begun');
        await new Promise((resolve) => setImmediate(resolve));
        body.end('late');
      },
      {
        onChunk: (chunk, goOn) => {
          seen.push(chunk.startsWith('{') ? 'head' : chunk);
          goOn();
        },
      },
    );
    expect(seen.filter((part) => !/^\0*$/.test(part))).toEqual(['head', 'begun', 'late']);
  });

  it('keeps its head when it has no body, or when only the end brings one', async () => {
    expect(await call(async (_event, { begin }) => void begin(204))).toMatchObject({
      status: 204,
      body: '',
    });
    expect(
      await call(async (_event, { begin }) => void begin(400).end('{"error":{}}')),
    ).toMatchObject({ status: 400, body: '{"error":{}}' });
  });

  it('lets the handler wait for a slow reader', async () => {
    let goOn: (() => void) | undefined;
    let waits = 0;
    const answer = await call(
      async (_event, { begin }) => {
        const body = begin(200);
        for (let at = 0; at < 8; at += 1) {
          if (body.write('x'.repeat(50_000))) continue;
          waits += 1;
          setImmediate(() => goOn?.());
          await new Promise((resolve) => body.once('drain', resolve));
        }
      },
      {
        onChunk: (chunk, next) => {
          if (!chunk.startsWith('x')) next();
          else {
            goOn = next;
            setImmediate(next);
          }
        },
      },
    );
    expect(answer.body).toHaveLength(400_000);
    expect(waits).toBeGreaterThan(0);
  });

  it('fails where the handler does, forgets to answer, or answers twice', async () => {
    await expect(
      call(async (_event, { begin }) => {
        begin(200).write('half');
        throw new Error('upstream is gone');
      }),
    ).rejects.toThrow('upstream is gone');
    await expect(call(async () => undefined)).rejects.toThrow('without an answer');
    await expect(
      call(async (_event, { begin }) => {
        begin(200);
        begin(500);
      }),
    ).rejects.toThrow('already begun');
  });
});

describe('a stream that breaks', () => {
  it('swallows what is written to it, so that the handler finishes its work', async () => {
    let isSettled = false;
    const handler = streamedHandler(async (_event, { begin }) => {
      const body = begin(200);
      body.write('first');
      await new Promise((resolve) => setImmediate(resolve));
      for (let at = 0; at < 100; at += 1) {
        if (!body.write('x'.repeat(10_000))) {
          await new Promise((resolve) => body.once('drain', resolve));
        }
      }
      isSettled = true;
    });
    const broken = Object.assign(new PassThrough(), { setContentType: () => undefined });
    const running = handler(EVENT, broken, {} as never);
    broken.destroy(new Error('connection reset'));
    await running;
    expect(isSettled).toBe(true);
  });

  it.each(['before', 'after'])('is told to the handler, %s the answer has begun', async (when) => {
    let leave = (): void => undefined;
    const told: boolean[] = [];
    await callStreamed(
      streamedHandler(async (_event, { begin, isReaderGone }) => {
        if (when === 'after') begin(200).write('first');
        told.push(isReaderGone());
        leave();
        await new Promise((resolve) => setImmediate(resolve));
        told.push(isReaderGone());
        if (when === 'before') begin(200).end('unread');
      }),
      EVENT,
      { onStart: (go) => void (leave = go) },
    ).catch((error: Error) => expect(error.message).toBe('the handler sent no head'));
    expect(told).toEqual([false, true]);
  });

  it('is not taken for an answer that has ended', async () => {
    const told: boolean[] = [];
    await call(async (_event, { begin, isReaderGone }) => {
      await new Promise((resolve) => begin(200).end('whole', () => setImmediate(resolve)));
      told.push(isReaderGone());
    });
    expect(told).toEqual([false]);
  });
});
