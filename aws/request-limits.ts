const CONNECTION_TIMEOUT_MS = 1_000;

/**
 * Time limits of one attempt of an SDK call. Without `throwOnRequestTimeout` the SDK only logs that
 * the time has passed, and waits on.
 */
export const requestLimits = (requestTimeoutMs: number) => ({
  requestTimeout: requestTimeoutMs,
  connectionTimeout: CONNECTION_TIMEOUT_MS,
  throwOnRequestTimeout: true,
});
