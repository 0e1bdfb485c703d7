import type { LocalTemplate } from '../template/local-template.ts';

/** A schedule and its target. */
export type ScheduleDefinition = {
  name: string;
  arn: string;
  kind: 'scheduler' | 'rule';
  expression: string;
  timeZone: string;
  targets: readonly ScheduleTarget[];
};

export type ScheduleTarget = {
  arn: string;
  /** JSON text from the template. */
  input: string | undefined;
};

type ScheduleProperties = {
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  State?: string;
  Target: { Arn: string; Input?: string };
};

type RuleProperties = {
  ScheduleExpression?: string;
  State?: string;
  Targets?: readonly { Arn: string; Input?: string }[];
};

/** Reads the enabled schedules of EventBridge Scheduler and of EventBridge rules. */
export function readSchedules(template: LocalTemplate): ScheduleDefinition[] {
  const schedules = template
    .ofType<ScheduleProperties>('AWS::Scheduler::Schedule')
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .map(({ name, arn, properties }) => ({
      name,
      arn,
      kind: 'scheduler' as const,
      expression: properties.ScheduleExpression,
      timeZone: properties.ScheduleExpressionTimezone ?? 'UTC',
      targets: [{ arn: properties.Target.Arn, input: properties.Target.Input }],
    }));
  const rules = template
    .ofType<RuleProperties>('AWS::Events::Rule')
    .filter(({ properties }) => properties.State !== 'DISABLED')
    .flatMap(({ name, arn, properties }) =>
      properties.ScheduleExpression === undefined
        ? []
        : [
            {
              name,
              arn,
              kind: 'rule' as const,
              expression: properties.ScheduleExpression,
              timeZone: 'UTC',
              targets: (properties.Targets ?? []).map(({ Arn, Input }) => ({
                arn: Arn,
                input: Input,
              })),
            },
          ],
    );
  return [...schedules, ...rules];
}
