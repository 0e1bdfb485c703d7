import type { ServerResponse } from 'node:http';
import { countHeaders } from './answers/invoke.ts';
import type { Exchange } from './exchange.ts';
import { BedrockFault } from './fault.ts';
import type { Pace } from './pace.ts';
import type { Reply } from './reply.ts';
import type { RuleStep } from './rules.ts';
import { type StreamEnd, writeStream } from './stream-writer.ts';

/** An answer, and how it shall reach the caller. */
export type Delivery = {
  reply: Reply;
  step: RuleStep;
  pace: Pace;
  /** Aborts when the caller goes away. */
  signal: AbortSignal;
};

/** Sends an answer in one piece, or in events if the caller asked for a stream. */
export function deliver(exchange: Exchange, delivery: Delivery): Promise<StreamEnd> {
  return exchange.streams ? streamReply(exchange, delivery) : sendReply(exchange, delivery);
}

async function streamReply(
  { response, format, facts, api, requestId }: Exchange,
  { reply, step, pace, signal }: Delivery,
): Promise<StreamEnd> {
  response.writeHead(200, {
    'content-type': format.streamType,
    ...(api === 'invoke' && { 'x-amzn-bedrock-content-type': 'application/json' }),
  });
  response.flushHeaders();
  const streaming = { response, signal, format, pace, requestId };
  return writeStream(streaming, format.frames(reply, facts), step);
}

async function sendReply(
  { response, format, facts, api }: Exchange,
  { reply, step, pace, signal }: Delivery,
): Promise<StreamEnd> {
  const { outputTokens } = reply.answer;
  if (step.pauses !== undefined) await pace.pause(step.pauses.ms, signal);
  await pace.reach(outputTokens, signal);
  if (signal.aborted) return { outcome: 'abandoned', tokens: outputTokens };
  if (step.breaks !== undefined) {
    const { fault } = step.breaks;
    if (fault !== undefined) throw new BedrockFault(fault.kind, fault.message);
    response.destroy();
    return { outcome: 'broken', tokens: outputTokens };
  }
  if (api === 'invoke') {
    for (const [name, value] of Object.entries(countHeaders(reply)))
      response.setHeader(name, value);
  }
  sendJson(response, 200, format.body(reply, facts));
  return { outcome: 'answered', tokens: outputTokens };
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
