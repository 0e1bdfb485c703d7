import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';
import { accountId, region } from '../template/resource-identity.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';
import { parseScheduleExpression } from './schedule-expression.ts';
import type { ScheduleTimes } from './schedule-expression.ts';

export type ScheduleRunnerOptions = {
  dataDirectory: string;
  definitions: readonly ScheduleDefinition[];
  /** Milliseconds on the shifted clock. */
  now: () => number;
  /** Runs a target to completion. Never rejects. */
  start: (targetArn: string, event: string) => Promise<void>;
};

type Entry = {
  definition: ScheduleDefinition;
  times: ScheduleTimes;
  due: number | undefined;
};

const TICK_MS = 500;

/** Fires schedules on the shifted clock. */
export class ScheduleRunner {
  private readonly options: ScheduleRunnerOptions;
  private readonly entries: Entry[];
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ScheduleRunnerOptions) {
    this.options = options;
    const now = options.now();
    const anchor = openAnchor(options.dataDirectory, now);
    this.entries = options.definitions.map((definition) => {
      const times = parseScheduleExpression(definition.expression, definition.timeZone, anchor);
      return { definition, times, due: times.next(now) };
    });
  }

  start(): void {
    this.timer = setInterval(() => this.fireDue(), TICK_MS);
  }

  /**
   * Fires every schedule that is due, once each, no matter how many times it was missed. Returns
   * their names and a promise for the end of their invocations.
   */
  fireDue(): { fired: string[]; finished: Promise<void> } {
    const now = this.options.now();
    const fired: string[] = [];
    const invocations: Promise<void>[] = [];
    for (const entry of this.entries) {
      if (entry.due === undefined || entry.due > now) continue;
      fired.push(entry.definition.name);
      invocations.push(...this.fire(entry.definition, entry.due));
      entry.due = entry.times.next(now);
    }
    return { fired, finished: Promise.all(invocations).then(() => undefined) };
  }

  /** Names and next times, for display. */
  list(): { name: string; expression: string; nextAt: string | undefined }[] {
    return this.entries.map(({ definition, due }) => ({
      name: definition.name,
      expression: definition.expression,
      nextAt: due === undefined ? undefined : new Date(due).toISOString(),
    }));
  }

  get idle(): boolean {
    return this.running.size === 0;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private fire(definition: ScheduleDefinition, due: number): Promise<void>[] {
    return definition.targets.map((target) => {
      const event = target.input ?? JSON.stringify(scheduledEvent(definition, due));
      const invocation = this.options.start(target.arn, event);
      this.running.add(invocation);
      void invocation.finally(() => this.running.delete(invocation));
      return invocation;
    });
  }
}

function scheduledEvent(definition: ScheduleDefinition, due: number): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': definition.kind === 'rule' ? 'Scheduled Event' : 'Scheduled Event',
    source: definition.kind === 'rule' ? 'aws.events' : 'aws.scheduler',
    account: accountId,
    time: new Date(due).toISOString().replace(/\.\d+Z$/, 'Z'),
    region,
    resources: [definition.arn],
    detail: definition.kind === 'rule' ? {} : '{}',
  };
}

/** Rates count from the first start of this data folder, so that a restart does not shift them. */
function openAnchor(dataDirectory: string, now: number): number {
  const file = join(dataDirectory, 'schedules.json');
  if (existsSync(file)) {
    return (JSON.parse(readFileSync(file, 'utf8')) as { anchor: number }).anchor;
  }
  replaceFile(file, JSON.stringify({ anchor: now }));
  return now;
}
