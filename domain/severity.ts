/** How important a request is, in rising order. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The severity of requests that state none. */
export const DEFAULT_SEVERITY: Severity = 'medium';

/** Whether a severity is at least as high as another. */
export const isAtLeast = (severity: Severity, least: Severity): boolean =>
  SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);

/**
 * Lowers a request's severity to a ceiling and keeps the original severity if it was higher.
 * @returns the same request if nothing had to be lowered
 */
export function underCeiling<
  Request extends { severity?: Severity | undefined; given?: object | undefined },
>(request: Request, ceiling: Severity | undefined): Request {
  const { severity, given } = request;
  if (ceiling === undefined || isAtLeast(ceiling, severity ?? DEFAULT_SEVERITY)) return request;
  return { ...request, severity: ceiling, given: { ...given, severity } };
}

/** The severity that applies to a request, if a ceiling lowered it. */
export const loweredSeverity = (request: {
  severity?: Severity | undefined;
  given?: object | undefined;
}): Severity | undefined =>
  request.given && Object.hasOwn(request.given, 'severity') ? request.severity : undefined;
