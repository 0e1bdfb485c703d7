/**
 * The middleware that traces an invocation, or `undefined` where tracing is switched off
 * (`POWERTOOLS_TRACE_ENABLED=false`). The X-Ray SDK follows every promise of a process as soon as it
 * is loaded, which costs about a fifth of the CPU of a prediction, so it is loaded only where it is wanted.
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
