import { systemClock } from '../../aws/system-clock.ts';
import { telemetry } from '../../aws/telemetry.ts';
import type { Edge } from './http-handler.ts';
export const edge: Edge = { now: systemClock, telemetry };
