import { Duration } from 'aws-cdk-lib';
import { MOST_PENDING } from '../../domain/jobs/job.ts';
import type { PurserConfig } from '../config.ts';
import type { GuardedAlarmProps } from './guarded-alarm.ts';
import { ownMetric } from './metrics.ts';

type NamedAlarm = Omit<GuardedAlarmProps, 'alarmName' | 'topic'> & { name: string };

/** Longer than a week, after which every budget but a monthly one begins again. */
const OLD = Duration.days(8);

/**
 * Alarms on work that waits. While none waits, neither metric is written, so both alarms end with the
 * work.
 */
export const jobAlarms = (config: PurserConfig): NamedAlarm[] => [
  {
    name: 'jobs-waiting',
    metric: ownMetric(config, 'JobsWaiting', { statistic: 'Maximum' }),
    threshold: (MOST_PENDING * 4) / 5,
    evaluationPeriods: 3,
    impact: `More than four fifths of the ${MOST_PENDING} jobs that an organization may have wait. Soon its new ones are refused.`,
    runbook:
      'The log of run-jobs names the organization (JOBS_WAIT). List what waits (GET /v1/jobs?state=queued). Raise the budget that holds it back, or cancel what nobody needs (DELETE /v1/jobs/{id}).',
  },
  {
    name: 'oldest-job',
    metric: ownMetric(config, 'OldestJobSeconds', { statistic: 'Maximum' }),
    threshold: OLD.toSeconds(),
    evaluationPeriods: 3,
    impact:
      'A job has waited for more than eight days, so no new week of a budget started it. It expires at its deadline.',
    runbook:
      'The log of run-jobs names the organization (JOBS_WAIT). List what waits (GET /v1/jobs?state=queued); the last ones wait longest. Raise the budget that holds them back, set a later deadline (PATCH /v1/jobs/{id}), or cancel them.',
  },
];
