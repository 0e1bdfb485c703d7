import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import { readSchedules } from '../schedules/schedule-definition.ts';
import { ScheduleRunner } from '../schedules/schedule-runner.ts';

/** EventBridge's schedules and scheduled rules, on the shifted clock. */
export type ScheduleService = LocalService & {
  /** The template's schedules. Throws if the template has not been read. */
  runner(): ScheduleRunner;
};

export function createSchedules(world: LocalWorld): ScheduleService {
  let schedules: ScheduleRunner | undefined;
  const runner = (): ScheduleRunner => {
    if (schedules === undefined) throw new Error('The schedules are not ready yet.');
    return schedules;
  };
  return {
    runner,
    reads: (template) => {
      schedules = new ScheduleRunner({
        dataDirectory: world.dataDirectory,
        definitions: readSchedules(template),
        now: world.clock.now,
        start: (arn, event) => deliver(world, arn, event),
      });
      return `${schedules.list().length} schedules ready`;
    },
    start: () => schedules?.start(),
    drain: { isDone: () => schedules?.idle ?? true },
    stop: () => schedules?.stop(),
  };
}
