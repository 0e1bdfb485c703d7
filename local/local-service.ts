import type { LocalClock } from './local-clock.ts';
import type { EventLog } from './control/event-log.ts';
import type { Inbox } from './messaging/inbox.ts';
import type { MetricStore } from './metrics/metric-store.ts';
import type { LocalTemplate } from './template/local-template.ts';

/**
 * Emulates one AWS service. To emulate another, add a file to `services/` and a line to
 * `local-run.ts`. Services read the template in order, start in order and stop in reverse.
 */
export type LocalService = {
  /** Creates this service's resources from the template. Returns a progress line for the user. */
  reads(template: LocalTemplate): Promise<string | undefined> | string | undefined;
  /** Starts background work, such as polling, once every service has read the template. */
  start?(): void;
  drain?: LocalDrain;
  /** Stops the service. Safe to call if it never started. */
  stop(): Promise<unknown> | void;
};

/** How to wait until a service has nothing left to do. */
export type LocalDrain = {
  /** Looks for work now instead of at the next poll. */
  look?(): void;
  /** Whether everything written before `sinceMs` (of `performance.now()`) is processed. */
  isDone(sinceMs: number): boolean;
};

/** Accepts messages for a set of ARNs: functions, queues or topics. */
export type Receiver = {
  accepts: (arn: string) => boolean;
  receive: (arn: string, body: string, subject?: string) => Promise<unknown>;
};

/** What the services of one run share. */
export type LocalWorld = {
  dataDirectory: string;
  clock: LocalClock;
  inbox: Inbox;
  events: EventLog;
  metrics: MetricStore;
  onProgress: (message: string) => void;
  /** Tried in order; services register themselves. */
  receivers: Receiver[];
  /** Called after each function invocation, which may have written something. */
  invocationListeners: (() => void)[];
};

/** Delivers a message to the function, queue or topic with this ARN. Never rejects. */
export async function deliver(
  world: LocalWorld,
  arn: string,
  body: string,
  subject?: string,
): Promise<void> {
  const receiver = world.receivers.find(({ accepts }) => accepts(arn));
  await receiver?.receive(arn, body, subject);
}
