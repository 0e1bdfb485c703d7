import { systemClock } from '../../aws/system-clock.ts';
import { telemetry } from '../../aws/telemetry.ts';
import { traceMiddleware } from '../../aws/tracing.ts';

/** What every function runs with. */
export const runtime = { now: systemClock, telemetry, trace: traceMiddleware };
