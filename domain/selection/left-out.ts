/**
 * Why a model is left out: not priced, not recommended, not offered to the budgets, or not chosen.
 */
export const LEFT_OUT_REASONS = [
  /** Its price is unknown. */
  'no-price',
  /** The input, or the requested output, is too long for it. */
  'no-room',
  /** It speaks none of the APIs that the request needs, or nobody knows which ones it speaks. */
  'api',
  /** It is not known to take the tools or images of the request. */
  'capability',
  /** Its provider does not serve it in the region of the request. */
  'region',
  /** Its provider serves it no more. */
  'ended',
  /** Its quality is below `minQuality`, or further below the requested model's than `maxQualityLoss`. */
  'quality',
  /** Too little is known of its quality to say that it keeps to `minQuality` or `maxQualityLoss`. */
  'quality-unknown',
  /** Its latency is unknown or above `maxLatencyMs`. */
  'latency',
  /** The caller did not name it and set no minimum quality to measure it by. */
  'not-named',
  /** Another suitable model costs less or the same. */
  'dearer',
  /** For work of this severity, another suitable model is accurate enough to be worth its price. */
  'less-accurate',
  /** Switching to it would throw away a warm cache that is worth more than the switch saves. */
  'warm-cache',
  /** It would hold at least as much as the requested model, so it does not help a budget. */
  'not-cheaper',
  /** The caller refuses downgrades. */
  'no-downgrade',
  /** An active control refuses it. */
  'control',
  /** A control allows only the cheapest model, and this is not it. */
  'not-cheapest',
  /** The request already has as many priced models as allowed. */
  'too-many',
  /** A budget has no room for it. */
  'budget',
  /** A model ahead of it in the order was chosen. */
  'not-needed',
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** A model that was left out, and why. */
export type LeftOut = { model: string; because: LeftOutReason };

/** The models that pass a filter, in their original order, and those that do not. */
export type Sifted<Each> = { kept: Each[]; leftOut: LeftOut[] };

/**
 * Filters models and records why the others are left out. @param reasonOf why to leave a model out,
 * or `undefined` to keep it
 */
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

/** Marks models as left out for one reason. */
export const leavingOut =
  (because: LeftOutReason) =>
  ({ model }: { model: string }): LeftOut => ({ model, because });

/** The models that were offered but not chosen, in the order of the offers. */
export function notChosen(
  models: readonly { model: string }[],
  chosen: string | undefined,
): LeftOut[] {
  const position = models.findIndex(({ model }) => model === chosen);
  const before = position < 0 ? models : models.slice(0, position);
  const after = position < 0 ? [] : models.slice(position + 1);
  return [...before.map(leavingOut('budget')), ...after.map(leavingOut('not-needed'))];
}
