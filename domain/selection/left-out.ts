/** Why a model is left out: not priced, not recommended, not offered to the budgets, or not chosen. */
export type LeftOutReason =
  /** Nobody has told its price. */
  | 'no-price'
  /** The input, or the output asked for, is too long for it. */
  | 'no-room'
  /** Its quality is below `minQuality`, or not known. */
  | 'quality'
  /** It is slower than `maxLatencyMs`, or its latency is not known. */
  | 'latency'
  /** Nobody called it good enough: it is neither named nor measured by a quality that was asked for. */
  | 'not-named'
  /** Another model that suits costs less, or as little. */
  | 'dearer'
  /** It would hold no less than the model asked for, so it helps no budget. */
  | 'not-cheaper'
  /** A control in force refuses it. */
  | 'control'
  /** A control asks for the cheapest model, which is another one. */
  | 'not-cheapest'
  /** As many models as are priced for one request come before it. */
  | 'too-many'
  /** A budget has no room for it. */
  | 'budget'
  /** A model that comes before it was chosen. */
  | 'not-needed';

/** A model that does not come into question, and why. */
export type LeftOut = { model: string; because: LeftOutReason };

/** What a filter keeps, in the order given, and what it leaves out. */
export type Sifted<Each> = { kept: Each[]; leftOut: LeftOut[] };

/** Keeps the models that nothing speaks against. @param reasonOf why to leave one out, if at all */
export function sift<Each extends { model: string }>(
  models: readonly Each[],
  reasonOf: (each: Each) => LeftOutReason | undefined,
): Sifted<Each> {
  const kept: Each[] = [];
  const leftOut: LeftOut[] = [];
  for (const each of models) {
    const because = reasonOf(each);
    if (because === undefined) kept.push(each);
    else leftOut.push({ model: each.model, because });
  }
  return { kept, leftOut };
}

/** Says of a model why it is left out. */
export const leavingOut =
  (because: LeftOutReason) =>
  ({ model }: { model: string }): LeftOut => ({ model, because });

/** The models that are not chosen, in the order in which they were offered. */
export function notChosen(
  models: readonly { model: string }[],
  chosen: string | undefined,
): LeftOut[] {
  const position = models.findIndex(({ model }) => model === chosen);
  const before = position < 0 ? models : models.slice(0, position);
  const after = position < 0 ? [] : models.slice(position + 1);
  return [...before.map(leavingOut('budget')), ...after.map(leavingOut('not-needed'))];
}
