import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Outcome } from './call-record.ts';
import { BedrockFault } from './fault.ts';
import type { Format } from './formats.ts';
import type { Pace } from './pace.ts';
import type { Frame } from './reply.ts';
import type { RuleStep } from './rules.ts';

export type Streaming = {
  response: ServerResponse;
  /** Aborts when the caller goes away. */
  signal: AbortSignal;
  format: Format;
  pace: Pace;
  requestId: string;
};

/** How a stream ended, and how many tokens of the answer it brought. */
export type StreamEnd = { outcome: Outcome; tokens: number };

/** Writes the events of an answer at the model's pace, with the break and the pause of a rule. */
export async function writeStream(
  { response, signal, format, pace, requestId }: Streaming,
  frames: readonly Frame[],
  { breaks, pauses }: RuleStep,
): Promise<StreamEnd> {
  let tokens = 0;
  let hasPaused = pauses === undefined;
  for (const frame of frames) {
    const next = tokens + frame.tokens;
    if (!hasPaused && pauses !== undefined && next > pauses.afterTokens) {
      hasPaused = true;
      await pace.pause(pauses.ms, signal);
    }
    if (frame.tokens > 0) await pace.reach(next, signal);
    if (signal.aborted) return { outcome: 'abandoned', tokens };
    if (breaks !== undefined && next > breaks.afterTokens) {
      if (breaks.fault === undefined) response.destroy();
      else {
        const fault = new BedrockFault(breaks.fault.kind, breaks.fault.message);
        response.end(format.faultInStream(fault, requestId));
      }
      return { outcome: 'broken', tokens };
    }
    if (!response.write(format.encode(frame))) await drained(response, signal);
    tokens = next;
  }
  response.end();
  return { outcome: 'answered', tokens };
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => undefined);
}
