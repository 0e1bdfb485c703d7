/** How a client's step goes: normally, or with one fault. */
export type Fate =
  | 'done'
  /** Nothing is applied, and the client gets no answer. */
  | 'lost'
  /** The client gets no answer, and the write is applied at any later time. */
  | 'late'
  /** It is applied, and the client stops for good. */
  | 'dies'
  /** A single write reaches the store twice, because the SDK repeated it. */
  | 'twice'
  /**
   * A conflict on the first or last item prevents the write; the other conditions are evaluated.
   */
  | 'conflict-first'
  | 'conflict-last';

/** Prefixes of the keys that a step reads, and the keys that it writes. */
export type Touches = { reads: string[]; writes: string[] };

/** A client's pending store call, or one item of a batch that it reads. */
export type Step = {
  id: string;
  owner: string;
  /** Items of one batch share their call. */
  call: string;
  label: string;
  touches: Touches;
  fates: Fate[];
  happen(fate: Fate): void;
};

/** A possible next step for the explorer. */
export type Choice = { id: string; step: Step; fate: Fate };

export const NOTHING: Touches = { reads: [], writes: [] };

export const isFault = ({ fate }: Choice): boolean => fate !== 'done';

/**
 * All possible next steps. A step that touches only constant items has the same outcome at any
 * time, so it is returned alone and goes first.
 */
export function choicesOf(steps: Step[], faultsLeft: number): Choice[] {
  const free = steps.find(({ touches }) => touches.reads.length + touches.writes.length === 0);
  return (free ? [free] : steps).flatMap((step) =>
    step.fates
      .filter((fate) => fate === 'done' || faultsLeft > 0)
      .map((fate) => ({ id: `${step.id}:${fate}`, step, fate })),
  );
}

/**
 * Whether two possible choices lead to the same state in either order without disabling each other.
 * Faults share a counter, so they are never independent.
 */
export function areIndependent(a: Choice, b: Choice): boolean {
  if (isFault(a) && isFault(b)) return false;
  if (a.step.owner === b.step.owner) {
    return a.step.call === b.step.call && a.id !== b.id && !isFault(a) && !isFault(b);
  }
  return !changes(a, b) && !changes(b, a);
}

/** Whether the first writes what the second reads or writes. */
function changes(first: Choice, second: Choice): boolean {
  const touched = touchesOf(second);
  return touchesOf(first).writes.some(
    (key) => touched.writes.includes(key) || touched.reads.some((start) => key.startsWith(start)),
  );
}

const touchesOf = ({ step, fate }: Choice): Touches =>
  fate === 'lost' || fate === 'late' ? NOTHING : step.touches;
