import { createHash } from 'node:crypto';

type Event = { atMs: number; order: number; action: () => void };

const EVENTS_REMEMBERED = 30;

export type Scheduler = ReturnType<typeof createScheduler>;

/**
 * A virtual clock with scheduled events. Runs one event at a time, then everything that waits only
 * for it, so the events alone determine the order of all steps.
 */
export function createScheduler(startMs: number) {
  const due: Event[] = [];
  const trail: string[] = [];
  const hash = createHash('sha256');
  let nowMs = startMs;
  let made = 0;
  let happened = 0;

  function after(delayMs: number, action: () => void): void {
    due.push({ atMs: nowMs + Math.max(0, delayMs), order: (made += 1), action });
    siftUp(due);
  }

  return {
    /** Epoch milliseconds with a fraction. */
    now: () => nowMs,
    after,
    sleep: (ms: number): Promise<void> => new Promise((resolve) => after(ms, resolve)),

    /** Adds a line to the trace. */
    note(line: string): void {
      const stamped = `${((nowMs - startMs) / 1_000).toFixed(3)}s ${line}`;
      hash.update(stamped);
      trail.push(stamped);
      if (trail.length > EVENTS_REMEMBERED) trail.shift();
    },

    /** Runs events until none is left, or until stopped. */
    async run(isStopped: () => boolean): Promise<void> {
      for (let event = pop(due); event && !isStopped(); event = pop(due)) {
        nowMs = event.atMs;
        happened += 1;
        event.action();
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    },

    /** The number of events, the digest of the whole trace, and its last lines. */
    trace: () => ({ events: happened, hash: hash.copy().digest('hex').slice(0, 16), trail }),
  };
}

const isBefore = (a: Event, b: Event): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

/** Moves the last event up a binary heap to its place. */
function siftUp(heap: Event[]): void {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    const [lower, upper] = [heap[child], heap[parent]];
    if (!lower || !upper || !isBefore(lower, upper)) return;
    heap[child] = upper;
    heap[parent] = lower;
    child = parent;
  }
}

/** Takes the first event off a binary heap. */
function pop(heap: Event[]): Event | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let parent = 0;
  for (;;) {
    const left = 2 * parent + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    const child = b && a && isBefore(b, a) ? left + 1 : left;
    const smaller = heap[child];
    if (!smaller || !isBefore(smaller, last)) break;
    heap[parent] = smaller;
    parent = child;
  }
  heap[parent] = last;
  return first;
}
