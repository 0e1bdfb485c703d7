import type { ResponseSink } from './response-stream.ts';

/** As much as may be on its way to the reader before a handler feels back-pressure. */
const WINDOW_BYTES = 64 * 1024;

/** Sends what a handler writes to the main thread, which says when the reader has taken it. */
export type ChunkSender = ResponseSink & {
  /** The reader has taken this much, or has gone. */
  taken(byteCount: number): void;
  /** The reader has gone. */
  gone(): void;
};

/** @param send hands over one chunk, which nobody else uses any more */
export function createChunkSender(send: (chunk: Uint8Array<ArrayBuffer>) => void): ChunkSender {
  let underWay = 0;
  let resume: (() => void) | undefined;
  let leave = (): void => undefined;
  return {
    take(chunk, goOn) {
      underWay += chunk.length;
      // A copy, because a small buffer is part of a large one that others use.
      send(new Uint8Array(chunk));
      if (underWay < WINDOW_BYTES) goOn();
      else resume = goOn;
    },
    whenGone(run) {
      leave = run;
    },
    gone: () => leave(),
    taken(byteCount) {
      underWay -= byteCount;
      if (resume === undefined || underWay >= WINDOW_BYTES) return;
      const goOn = resume;
      resume = undefined;
      goOn();
    },
  };
}
