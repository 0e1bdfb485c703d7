import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { leastWarm, type PurserConfig, stackName } from '../../lib/config.ts';
import { HOURS_PER_MONTH } from './assumptions.ts';

/** What AWS charges for by the month, counted in an environment's templates. */
export type TemplateFacts = {
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  keys: number;
  polledQueues: number;
  /** GB that stay warm. */
  warmGb: number;
};

type Resource = { Type: string; Properties?: Record<string, unknown> };

/**
 * Counts an environment's resources in its synthesized templates.
 * @param assembly folder of the cloud assembly
 * @param functions their warm environments are counted; templates hold them only by reference
 */
export function templateFacts(
  assembly: string,
  config: PurserConfig,
  functions: readonly FunctionDefinition[],
): TemplateFacts {
  const stacks = readdirSync(assembly).filter(
    (file) => file.startsWith(stackName(config.environment, '')) && file.endsWith('.template.json'),
  );
  const resources = stacks.flatMap((file) => {
    const template = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as {
      Resources: Record<string, Resource>;
    };
    return Object.values(template.Resources);
  });
  const ofType = (type: string) => resources.filter(({ Type }) => Type === type);
  return {
    alarmMetrics: ofType('AWS::CloudWatch::Alarm').reduce(
      (sum, alarm) => sum + metricsOf(alarm),
      0,
    ),
    compositeAlarms: ofType('AWS::CloudWatch::CompositeAlarm').length,
    dashboards: ofType('AWS::CloudWatch::Dashboard').length,
    keys: ofType('AWS::KMS::Key').length,
    polledQueues: ofType('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties = {} }) => Properties['StartingPosition'] === undefined,
    ).length,
    warmGb: functions
      .filter(({ hotPath }) => hotPath)
      .reduce((sum, item) => sum + (leastWarm(config, item) * item.memoryMiB) / 1_024, 0),
  };
}

/** CloudWatch charges for each metric that an alarm reads. Expressions are free. */
function metricsOf({ Properties = {} }: Resource): number {
  const metrics = Properties['Metrics'] as { MetricStat?: object }[] | undefined;
  return metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
}

/**
 * How often a schedule fires in a month of 730 hours. Understands `rate(…)`, and `cron(…)` with a
 * minute and either an hour or every hour.
 */
export function runsPerMonth(expression: string): number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined && unit !== undefined) {
    const minutes =
      Number(count) * { minute: 1, hour: 60, day: 1_440 }[unit as 'minute' | 'hour' | 'day'];
    return (HOURS_PER_MONTH * 60) / minutes;
  }
  const [, hour, day, month, weekday] =
    /^cron\(\d+ (\d+|\*) (\S+) (\S+) (\S+) \*\)$/.exec(expression) ?? [];
  const isDaily = [day, month].every((field) => field === '*' || field === '?');
  if (hour === undefined || !isDaily) throw new Error(`${expression} cannot be counted`);
  const daysPerMonth = HOURS_PER_MONTH / 24;
  const days = weekday === '?' || weekday === '*' ? daysPerMonth : daysPerMonth / 7;
  return hour === '*' ? days * 24 : days;
}
