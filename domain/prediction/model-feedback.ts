/** A mean whose older values fade. */
export type FadingMean = { weight: number; sum: number };

/** What settlements of one route and model say about it: grades, and logarithms of latencies in ms. */
export type Feedback = { grades: FadingMean; latencies: FadingMean };

/** After this many more values, one weighs e⁻¹: a model may change behind its name. */
const FADING_VALUES = 1_000;

export const noFeedback = (): Feedback => ({
  grades: { weight: 0, sum: 0 },
  latencies: { weight: 0, sum: 0 },
});

/** Adds what one settlement says, in place. */
export function addFeedback(
  { grades, latencies }: Feedback,
  { quality, latencyMs }: { quality?: number | undefined; latencyMs?: number | undefined },
): void {
  if (quality !== undefined) addValue(grades, quality);
  if (latencyMs !== undefined && latencyMs > 0) addValue(latencies, Math.log(latencyMs));
}

function addValue(mean: FadingMean, value: number): void {
  const kept = 1 - 1 / FADING_VALUES;
  mean.weight = mean.weight * kept + 1;
  mean.sum = mean.sum * kept + value;
}

/** What is known of models for one kind of work, by their stem (`modelStem`). */
export type FeedbackByModel = ReadonlyMap<string, Feedback>;

/** An organization's feedback by operation, and by system and operation (`workKey`). */
export type LearnedFeedback = ReadonlyMap<string, FeedbackByModel>;

export const workKey = (operation: string, system?: string): string =>
  system === undefined ? operation : `${system}#${operation}`;

type RouteFeedback = {
  route: { model: string; system: string; operation: string };
  feedback: Feedback;
};

/** Sums the feedback of routes by kind of work. */
export function feedbackOf(routes: Iterable<RouteFeedback>): LearnedFeedback {
  const all = new Map<string, Map<string, Feedback>>();
  for (const { route, feedback } of routes) {
    if (feedback.grades.weight === 0 && feedback.latencies.weight === 0) continue;
    for (const key of [workKey(route.operation), workKey(route.operation, route.system)]) {
      const models = all.get(key) ?? new Map<string, Feedback>();
      all.set(key, models);
      const sum = models.get(route.model) ?? noFeedback();
      models.set(route.model, sum);
      addMean(sum.grades, feedback.grades);
      addMean(sum.latencies, feedback.latencies);
    }
  }
  return all;
}

function addMean(sum: FadingMean, part: FadingMean): void {
  sum.weight += part.weight;
  sum.sum += part.sum;
}
