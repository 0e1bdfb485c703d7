import { Alarm, type AlarmProps, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export type GuardedAlarmProps = Omit<AlarmProps, 'alarmDescription'> & {
  alarmName: string;
  /** What this means for people. */
  impact: string;
  /** What whoever is on call does about it. */
  runbook: string;
  topic: ITopic;
};

/**
 * An alarm that cannot be made without saying what it means for people and what to do. It tells the
 * topic when it starts and when it is over; missing data is no alarm unless it is said to be.
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
      alarmDescription: `Impact: ${impact}\nRunbook: ${runbook}`,
    });
    const action = new SnsAction(topic);
    this.addAlarmAction(action);
    this.addOkAction(action);
  }
}
