/** How much depends on a request, in rising order. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The severity of a request that states none. */
export const DEFAULT_SEVERITY: Severity = 'medium';

/** Whether a severity is at least as high as another. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);

/**
 * A request whose severity is at most a ceiling, and what it said itself where that was above.
 * @returns the same request where nothing is lowered
 */
export function underCeiling<
  Request extends { severity?: Severity | undefined; given?: object | undefined },
>(request: Request, ceiling: Severity | undefined): Request {
  const { severity, given } = request;
  if (ceiling === undefined || isAtLeast(ceiling, severity ?? DEFAULT_SEVERITY)) return request;
  return { ...request, severity: ceiling, given: { ...given, severity } };
}

/** The severity that counts for a request, where a ceiling has lowered it. */
export const loweredSeverity = (request: {
  severity?: Severity | undefined;
  given?: object | undefined;
}): Severity | undefined =>
  request.given && Object.hasOwn(request.given, 'severity') ? request.severity : undefined;
