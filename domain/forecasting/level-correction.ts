/** A forecast from a past day, when only the days before it were known. */
export type Issued = {
  /** Number of days known at that time. */
  historyDays: number;
  expected: readonly number[];
};

/** What a correction knows: the days, those with spikes tempered, and how to forget. */
export type CorrectionFacts = {
  raw: readonly number[];
  tempered: readonly number[];
  /** How much an error counts that is so many days old. */
  weightAt: (ageDays: number) => number;
};

/** How many days without any error the ratio of one is worth: four weeks. */
const PRIOR_DAYS = 28;
/** A correction is used if it would have done better by a tenth. */
const LEAST_LEAD = 1.1;

/**
 * Corrects forecasts by the ratio at which the latest ones fell short or went too far. Methods that
 * lag behind a trend, or estimate medians of skewed days, all err on the same side, and no mixture
 * of them cancels that. The ratio is shrunk toward one, and used only where it would have done
 * better on earlier days (combination with a bias term: Granger and Ramanathan, 1984). Each answer
 * uses what was known on its day.
 * @param issued forecasts in order of time; the last one is of today
 */
export function correctedForecasts(issued: readonly Issued[], facts: CorrectionFacts): Issued[] {
  const scaled = issued.map((forecast, index) =>
    scaledBy(forecast, ratioOf(issued.slice(0, index), forecast, facts)),
  );
  return issued.map((forecast, index) => {
    const { historyDays: until } = forecast;
    const plainError = errorOf(issued.slice(0, index), until, facts);
    const scaledError = errorOf(scaled.slice(0, index), until, facts);
    return LEAST_LEAD * scaledError < plainError ? (scaled[index] ?? forecast) : forecast;
  });
}

const scaledBy = ({ historyDays, expected }: Issued, ratio: number): Issued => ({
  historyDays,
  expected: expected.map((value) => ratio * value),
});

/** Actual over forecast spend of the days known by then, without spikes, which do not last. */
function ratioOf(
  before: readonly Issued[],
  { historyDays, expected }: Issued,
  { tempered, weightAt }: CorrectionFacts,
): number {
  const usual = expected.reduce((sum, value) => sum + value, 0) / expected.length;
  let actual = PRIOR_DAYS * usual;
  let forecast = actual;
  for (const earlier of before) {
    const weight = weightAt(historyDays - earlier.historyDays);
    for (const [ahead, value] of earlier.expected.entries()) {
      const day = earlier.historyDays + ahead;
      if (day >= historyDays) break;
      actual += weight * (tempered[day] ?? 0);
      forecast += weight * value;
    }
  }
  return actual > 0 && forecast > 0 ? actual / forecast : 1;
}

/** The weighted absolute errors of forecasts on the days known by then. */
function errorOf(
  forecasts: readonly Issued[],
  until: number,
  { raw, weightAt }: CorrectionFacts,
): number {
  let sum = 0;
  for (const { historyDays, expected } of forecasts) {
    const weight = weightAt(until - historyDays);
    for (const [ahead, value] of expected.entries()) {
      const day = historyDays + ahead;
      if (day >= until) break;
      sum += weight * Math.abs(value - (raw[day] ?? 0));
    }
  }
  return sum;
}
