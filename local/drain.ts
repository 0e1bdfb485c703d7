import type { FunctionFleet } from './functions/function-fleet.ts';
import type { ScheduleRunner } from './schedules/schedule-runner.ts';
import type { EventSources } from './streams/event-sources.ts';

export interface DrainParts {
  readonly fleet: FunctionFleet;
  readonly sources: EventSources;
  readonly schedules: ScheduleRunner;
}

/**
 * Waits until every stream and queue is processed and no function runs, also what that processing
 * itself has written. Resolves to `false` after `limitMs` milliseconds.
 */
export async function waitUntilDrained(parts: DrainParts, limitMs: number): Promise<boolean> {
  const { fleet, sources, schedules } = parts;
  const until = performance.now() + limitMs;
  for (;;) {
    const mark = performance.now();
    const invocations = fleet.finished;
    sources.nudge();
    for (;;) {
      if (sources.drainedSince(mark) && fleet.running === 0 && schedules.idle) break;
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // A function that ended meanwhile may have written again.
    if (fleet.finished === invocations) return true;
  }
}
