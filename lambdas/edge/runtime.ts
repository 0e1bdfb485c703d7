import { systemClock } from '../../aws/system-clock.ts';
import { telemetry } from '../../aws/telemetry.ts';
import { traceMiddleware } from '../../aws/tracing.ts';

/** The production clock, telemetry and tracing of every function. */
export const runtime = { now: systemClock, telemetry, trace: traceMiddleware };
