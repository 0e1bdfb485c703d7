/** How a step of a client goes: as it should, or with one fault. */
export type Fate =
  | 'done'
  /** Nothing is applied, the client hears of no answer. */
  | 'lost'
  /** The client hears of no answer; it is applied at any time from now on. */
  | 'late'
  /** It is applied, and the client never does anything again. */
  | 'dies'
  /** A single write reaches the store twice, as the SDK repeats it. */
  | 'twice'
  /** Nothing is applied for a conflict on the first or last item; the others are judged. */
  | 'conflict-first'
  | 'conflict-last';

/** Beginnings of the keys that a step reads, and keys that it writes. */
export type Touches = { reads: string[]; writes: string[] };

/** A store call that a client waits for, or one item of a batch that it reads. */
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

/** What the explorer may let happen next. */
export type Choice = { id: string; step: Step; fate: Fate };

export const NOTHING: Touches = { reads: [], writes: [] };

export const isFault = ({ fate }: Choice): boolean => fate !== 'done';

/**
 * Everything that may happen next. A step that touches nothing which anybody changes may happen at
 * any time with the same outcome: it is decided first, and alone.
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
 * Whether two choices that are both possible lead to the same state in either order, and neither
 * makes the other impossible. Faults share their number, so they are never independent.
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
