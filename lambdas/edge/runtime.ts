import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import { systemClock } from '../../aws/system-clock.ts';
import { telemetry, tracer } from '../../aws/telemetry.ts';
import type { Edge } from './http-handler.ts';

/** The world as every HTTP function meets it. */
export const edge: Edge = {
  now: systemClock,
  telemetry,
  trace: captureLambdaHandler(tracer, { captureResponse: false }),
};
