import { deliver, type LocalService, type LocalWorld } from '../local-service.ts';
import { readAlarms, readCompositeAlarms } from '../metrics/alarm-definition.ts';
import { AlarmWatch } from '../metrics/alarm-watch.ts';
import { addQueueMetrics } from '../metrics/observed-metrics.ts';
import type { MessagingService } from './messaging-service.ts';

/** CloudWatch's alarms. */
export type AlarmService = LocalService & {
  /** The template's alarms. Throws if the template has not been read. */
  watch(): AlarmWatch;
};

export function createAlarms(world: LocalWorld, messaging: MessagingService): AlarmService {
  let alarms: AlarmWatch | undefined;
  const watch = (): AlarmWatch => {
    if (alarms === undefined) throw new Error('The alarms are not ready yet.');
    return alarms;
  };
  return {
    watch,
    reads: (template) => {
      alarms = new AlarmWatch({
        dataDirectory: world.dataDirectory,
        definitions: readAlarms(template),
        composites: readCompositeAlarms(template),
        metrics: world.metrics,
        now: world.clock.now,
        sample: (time) =>
          addQueueMetrics(world.metrics, messaging.messages, messaging.queues(), time),
        notify: (arn, subject, message) => void deliver(world, arn, message, subject),
      });
      return undefined;
    },
    start: () => alarms?.start(),
    stop: () => alarms?.stop(),
  };
}
