import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';
import { accountId } from '../template/resource-identity.ts';
import type { AlarmDefinition, AlarmQuery, CompositeDefinition } from './alarm-definition.ts';
import { evaluateAlarm } from './alarm-evaluation.ts';
import type { AlarmState, AlarmVerdict } from './alarm-evaluation.ts';
import { evaluateRule } from './alarm-rule.ts';
import type { MetricStore } from './metric-store.ts';
import { ownValue } from '../own-value.ts';

export type AlarmWatchOptions = {
  dataDirectory: string;
  definitions: readonly AlarmDefinition[];
  /** Alarms over the states of others, evaluated after them in this order. */
  composites?: readonly CompositeDefinition[];
  metrics: MetricStore;
  /** Milliseconds on the shifted clock. */
  now: () => number;
  /** Adds metrics that are only sampled on demand, such as queue lengths. */
  sample: (time: number) => void;
  /** Sends a message to a topic or function by ARN. */
  notify: (arn: string, subject: string, message: string) => void;
};

type StoredState = {
  state: AlarmState;
  reason: string;
  since: string;
};

type Watched = AlarmDefinition | CompositeDefinition;

const MINUTE_MS = 60_000;
const TICK_MS = 1_000;
const REGION_NAME = 'US East (N. Virginia)';

/** Evaluates all alarms once per minute of the shifted clock and publishes changes. */
export class AlarmWatch {
  private readonly options: AlarmWatchOptions;
  private readonly file: string;
  private states: Record<string, StoredState> = {};
  private evaluatedTo = 0;
  /** Nothing was measured before this time, so missing data from then means nothing. */
  private watchedSince: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: AlarmWatchOptions) {
    this.options = options;
    this.watchedSince = options.now();
    this.file = join(options.dataDirectory, 'alarms.json');
    if (existsSync(this.file)) {
      this.states = JSON.parse(readFileSync(this.file, 'utf8')) as Record<string, StoredState>;
    }
  }

  start(): void {
    this.timer = setInterval(() => this.evaluate(this.options.now()), TICK_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * Evaluates the minutes that ended by `time` (milliseconds since 1970), unless already done. Call
   * it with the end of the current minute before the clock jumps, because that minute's data would
   * otherwise fall outside every alarm's window.
   */
  evaluate(time: number): void {
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    if (end <= this.evaluatedTo) return;
    this.evaluatedTo = end;
    this.options.sample(end - 1);
    const before = this.states;
    for (const alarm of this.options.definitions) {
      const watched = this.asWatched(alarm, end);
      const verdict = evaluateAlarm(watched, this.options.metrics, end, this.stateOf(alarm));
      this.enter(alarm, verdict, end);
    }
    for (const alarm of this.options.composites ?? []) {
      this.enter(alarm, this.verdictOf(alarm), end);
    }
    if (this.states === before) return;
    try {
      replaceFile(this.file, JSON.stringify(this.states));
    } catch {
      // On a full disk, alarms keep working, but a restart would load older states.
    }
  }

  private enter(alarm: Watched, { state, reason }: AlarmVerdict, end: number): void {
    const old = this.stateOf(alarm);
    if (state === old) return;
    const since = new Date(end).toISOString();
    this.states = { ...this.states, [alarm.name]: { state, reason, since } };
    // Otherwise the first start of a quiet application would send one OK message per alarm.
    const worthTelling = state !== 'OK' || old === 'ALARM';
    if (alarm.actionsEnabled && worthTelling) this.tell(alarm, old, state, reason, since);
  }

  private stateOf({ name }: Pick<Watched, 'name'>): AlarmState {
    return ownValue(this.states, name)?.state ?? 'INSUFFICIENT_DATA';
  }

  /** For a composite alarm: the alarms that its rule refers to by name or ARN. */
  private verdictOf({ rule }: CompositeDefinition): AlarmVerdict {
    const on: string[] = [];
    const nameOf = (named: string): string => named.slice(named.lastIndexOf(':') + 1);
    const holds = evaluateRule(rule, (named) => {
      const state = this.stateOf({ name: nameOf(named) });
      if (state === 'ALARM') on.push(nameOf(named));
      return state;
    });
    return {
      state: holds ? 'ALARM' : 'OK',
      reason: on.length > 0 ? `In ALARM: ${on.join(', ')}.` : 'None of its alarms is on.',
    };
  }

  /** Marks a jump of the clock to now: nothing ran in between. */
  skipTime(): void {
    this.watchedSince = this.options.now();
  }

  /**
   * An alarm on missing data ("it did not run") would fire at every start and every clock jump.
   * Lets it fire only if its whole window was observed.
   */
  private asWatched(alarm: AlarmDefinition, end: number): AlarmDefinition {
    const from = end - alarm.evaluationPeriods * alarm.periodSeconds * 1000;
    if (from >= this.watchedSince) return alarm;
    const missingData = alarm.missingData === 'breaching' ? 'missing' : alarm.missingData;
    return { ...alarm, missingData, queries: alarm.queries.map(withGaps) };
  }

  /** All alarms with their states. */
  list(): (StoredState & { name: string; description: string | null })[] {
    const all: readonly Watched[] = [
      ...this.options.definitions,
      ...(this.options.composites ?? []),
    ];
    return all.map(({ name, description }) => ({
      name,
      description,
      ...(ownValue(this.states, name) ?? {
        state: 'INSUFFICIENT_DATA' as const,
        reason: 'Unchecked: Initial alarm creation',
        since: '',
      }),
    }));
  }

  private tell(
    alarm: Watched,
    old: AlarmState,
    state: AlarmState,
    reason: string,
    since: string,
  ): void {
    const message = JSON.stringify(alarmMessage(alarm, old, state, reason, since));
    const subject = `${state}: "${alarm.name}" in ${REGION_NAME}`.slice(0, 100);
    for (const arn of alarm.actions[state]) this.options.notify(arn, subject, message);
  }
}

/** The JSON document that CloudWatch publishes when an alarm changes state. */
function alarmMessage(
  alarm: Watched,
  old: AlarmState,
  state: AlarmState,
  reason: string,
  since: string,
): object {
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description,
    AWSAccountId: accountId,
    NewStateValue: state,
    NewStateReason: reason,
    StateChangeTime: since.replace('Z', '+0000'),
    Region: REGION_NAME,
    AlarmArn: alarm.arn,
    OldStateValue: old,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    ...('rule' in alarm ? { AlarmRule: alarm.rule } : { Trigger: triggerOf(alarm) }),
  };
}

function triggerOf(alarm: AlarmDefinition): object {
  const metric = alarm.queries.length === 1 ? alarm.queries[0]?.metric : undefined;
  return {
    ...(metric === undefined
      ? { Metrics: alarm.queries }
      : {
          MetricName: metric.name,
          Namespace: metric.namespace,
          StatisticType: 'Statistic',
          Statistic: metric.statistic.toUpperCase(),
          Unit: null,
          Dimensions: Object.entries(metric.dimensions).map(([name, value]) => ({ value, name })),
        }),
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    DatapointsToAlarm: alarm.datapointsToAlarm,
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.missingData,
    EvaluateLowSampleCountPercentile: '',
  };
}

/** A query that does not fill gaps in its metrics. */
const withGaps = (query: AlarmQuery): AlarmQuery => ({
  ...query,
  expression: query.expression?.replaceAll(/FILL\((\w+), *[\d.]+\)/g, '$1'),
});
