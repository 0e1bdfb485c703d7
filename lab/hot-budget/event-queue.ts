type Event = { atMs: number; order: number; action: () => void };

/** A virtual clock with scheduled events. Events at the same time run in order of creation. */
export type EventQueue = {
  nowMs: () => number;
  after: (delayMs: number, action: () => void) => void;
  /** Runs events until none is due or the clock would pass a given time. */
  runUntil: (endMs: number) => void;
};

/** A binary heap of events, so that a run of millions takes seconds. */
export function createEventQueue(): EventQueue {
  const heap: Event[] = [];
  let nowMs = 0;
  let made = 0;
  return {
    nowMs: () => nowMs,
    after(delayMs, action) {
      made += 1;
      push(heap, { atMs: nowMs + delayMs, order: made, action });
    },
    runUntil(endMs) {
      for (let next = heap[0]; next !== undefined && next.atMs <= endMs; next = heap[0]) {
        nowMs = next.atMs;
        pop(heap);
        next.action();
      }
    },
  };
}

const isBefore = (a: Event, b: Event): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let hole = heap.length;
  heap.push(event);
  while (hole > 0) {
    const parentAt = (hole - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || !isBefore(event, parent)) break;
    heap[hole] = parent;
    hole = parentAt;
  }
  heap[hole] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let hole = 0;
  for (;;) {
    const [left, right] = [heap[2 * hole + 1], heap[2 * hole + 2]];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[hole] = child;
    hole = 2 * hole + (isRight ? 2 : 1);
  }
  heap[hole] = last;
}
