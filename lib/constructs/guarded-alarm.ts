import {
  Alarm,
  type AlarmProps,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  type IAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

type Guard = {
  alarmName: string;
  /** What this means for people. */
  impact: string;
  /** What the person on call does about it. */
  runbook: string;
  topic: ITopic;
};

export type GuardedAlarmProps = Omit<AlarmProps, 'alarmDescription'> & Guard;

/**
 * An alarm that requires a human impact and a runbook. Notifies the topic when it starts and ends.
 * By default, missing data does not breach.
 */
export class GuardedAlarm extends Alarm {
  constructor(
    scope: Construct,
    id: string,
    { impact, runbook, topic, ...alarm }: GuardedAlarmProps,
  ) {
    super(scope, id, {
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...alarm,
      alarmDescription: descriptionOf(impact, runbook),
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}

/** An alarm that is on while any of several alarms is. Requires the same information. */
export class GuardedCompositeAlarm extends CompositeAlarm {
  constructor(
    scope: Construct,
    id: string,
    { alarmName, impact, runbook, topic, anyOf }: Guard & { anyOf: readonly IAlarm[] },
  ) {
    super(scope, id, {
      compositeAlarmName: alarmName,
      alarmDescription: descriptionOf(impact, runbook),
      alarmRule: AlarmRule.anyOf(
        ...anyOf.map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)),
      ),
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}

const descriptionOf = (impact: string, runbook: string): string =>
  `Impact: ${impact}\nRunbook: ${runbook}`;
