import { systemClock } from '../../aws/system-clock.ts';
import { telemetry } from '../../aws/telemetry.ts';
import { traceMiddleware } from '../../aws/tracing.ts';
import type { Edge } from './http-handler.ts';

/** The world as every HTTP function meets it. */
export const edge: Edge = { now: systemClock, telemetry, trace: traceMiddleware };
