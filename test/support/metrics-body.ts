/** What two calls of a system measured; the first has every measure. */
export const metricsBody = {
  system: 'relaycore',
  measurements: [
    {
      at: '2026-11-21T12:20:00Z',
      start: 'cold',
      responseTimeMs: 2_150.5,
      costUsd: '0.004215',
      accuracy: 0.97,
      throughputPerSecond: 58.2,
    },
    { at: '2026-11-21T12:20:00Z', responseTimeMs: 810 },
  ],
};
