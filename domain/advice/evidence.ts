/** Names of figures and statements that advice rests on, in the order in which they are read. */
export const EVIDENCE_NAMES = [
  'costNowUsd',
  'costThenUsd',
  'costNeverUsd',
  'costAlwaysFiveMinutesUsd',
  'costAlwaysOneHourUsd',
  'repeats',
  'comparedWith',
  'inputTokensPerRequest',
  'usualInputTokensPerRequest',
  'longestOutputTokens',
  'askedMaxOutputTokens',
  'worstOutputCostNowUsd',
  'worstOutputCostThenUsd',
  'limitUsd',
  'usedPerPeriodUsd',
  'dailySpend95thPercentileUsd',
  'meanDailySpendUsd',
  'couldBeLostPerPeriodUsd',
  'thresholdUsd',
  'action',
  'reachedOnDays',
  'daysWithSpend',
  'dearestDayUsd',
  'provisionedNow',
  'provisionedAdvised',
  'peakUse',
  'meanPeakUtilization',
  'hoursWithInvocations',
  'spilloverInvocations',
  'idleGbHoursPerMonth',
  'warmthUsdPerMonth',
  'usdPerGbHour',
  'priceSource',
  'mayWaitBecause',
  'assumption',
  'quality',
  'plannedOnRequests',
  'judgedOnRequests',
] as const;

/** What advice rests on, by name; money is in decimal USD. */
export type Evidence = Partial<Record<(typeof EVIDENCE_NAMES)[number], string | number>>;

/** The same in the order of the names, which a store does not keep. */
export const inOrder = (evidence: Evidence): Evidence =>
  Object.fromEntries(
    EVIDENCE_NAMES.filter((name) => evidence[name] !== undefined).map((name) => [
      name,
      evidence[name],
    ]),
  );
