/**
 * The middleware that traces an invocation, or `undefined` if tracing is off
 * (`POWERTOOLS_TRACE_ENABLED=false`). Merely loading the X-Ray SDK makes it track every promise,
 * which costs about a fifth of a prediction's CPU, so it is loaded only if needed.
 */
export const traceMiddleware =
  process.env['POWERTOOLS_TRACE_ENABLED'] === 'false' ? undefined : await loadMiddleware();

async function loadMiddleware() {
  const [{ Tracer }, { captureLambdaHandler }] = await Promise.all([
    import('@aws-lambda-powertools/tracer'),
    import('@aws-lambda-powertools/tracer/middleware'),
  ]);
  return captureLambdaHandler(new Tracer(), { captureResponse: false });
}
