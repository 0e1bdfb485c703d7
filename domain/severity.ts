/** How much depends on a request, in rising order. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Of a request that does not say. */
export const DEFAULT_SEVERITY: Severity = 'medium';

/** Whether a severity is at least as high as another. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
