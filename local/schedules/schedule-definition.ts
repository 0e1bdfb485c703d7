import type { LocalTemplate } from '../template/local-template.ts';

/** A schedule and its target. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly arn: string;
  readonly kind: 'scheduler' | 'rule';
  readonly expression: string;
  readonly timeZone: string;
  readonly targets: readonly ScheduleTarget[];
}

export interface ScheduleTarget {
  readonly arn: string;
  /** JSON text from the template. */
  readonly input: string | undefined;
}

interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone?: string;
  readonly State?: string;
  readonly Target: { readonly Arn: string; readonly Input?: string };
}

interface RuleProperties {
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly Targets?: readonly { readonly Arn: string; readonly Input?: string }[];
}

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
