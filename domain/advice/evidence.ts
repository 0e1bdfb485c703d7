/** Names of figures and statements that advice is based on, in display order. */
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
  'waitingCosts',
  'failedRequests',
  'cachedTokensPerRequest',
  'cacheReadsBefore',
  'cacheReadsSince',
  'cause',
  'since',
  'assumption',
  'quality',
  'plannedOnRequests',
  'judgedOnRequests',
] as const;

/** What advice is based on, by name. Money is in decimal USD. */
export type Evidence = Partial<Record<(typeof EVIDENCE_NAMES)[number], string | number>>;

/** Sorts evidence into display order, which the store does not preserve. */
export const inOrder = (evidence: Evidence): Evidence =>
  Object.fromEntries(
    EVIDENCE_NAMES.filter((name) => evidence[name] !== undefined).map((name) => [
      name,
      evidence[name],
    ]),
  );
