import { beforeAll, expect, test } from 'vitest';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import { type Synthesized, synthesizeOnce } from './synthesized.ts';

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesizeOnce();
});

test.each(ENVIRONMENTS)(
  '%s alarms on the depth and the age of jobs, and ends both when nothing is written of them',
  (environment) => {
    const alarmOf = (name: string) =>
      synthesized
        .resources(environment, 'AWS::CloudWatch::Alarm')
        .find(({ Properties }) => Properties['AlarmName'] === configFor(environment).prefix + name)
        ?.Properties;
    const facts = { Namespace: 'Purser', Statistic: 'Maximum', TreatMissingData: 'notBreaching' };
    const depth = { MetricName: 'JobsWaiting', Threshold: 4_000 };
    const age = { MetricName: 'OldestJobSeconds', Threshold: 8 * 86_400 };
    expect(alarmOf('jobs-waiting')).toMatchObject({ ...facts, ...depth });
    expect(alarmOf('oldest-job')).toMatchObject({ ...facts, ...age });
    for (const alarm of [alarmOf('jobs-waiting'), alarmOf('oldest-job')]) {
      expect(alarm?.['AlarmActions']).toHaveLength(1);
      expect(alarm?.['OKActions']).toEqual(alarm?.['AlarmActions']);
    }
  },
);
