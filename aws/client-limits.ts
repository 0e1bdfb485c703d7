/**
 * How long an SDK client waits and how often it tries. The SDK's `requestTimeout` only warns, so
 * silence is limited at the socket: a service that accepts a connection and says nothing fails the
 * call after `silenceMs` milliseconds.
 */
export const clientLimits = (silenceMs: number, maxAttempts = 3) => ({
  maxAttempts,
  requestHandler: { socketTimeout: silenceMs, connectionTimeout: 1_000 },
});
