import type { MetricName } from '../../contracts/telemetry.ts';
import type { PurserConfig } from '../config.ts';
import type { GuardedAlarmProps } from './guarded-alarm.ts';
import { ownMetric } from './metrics.ts';

type NamedAlarm = Omit<GuardedAlarmProps, 'alarmName' | 'topic'> & { name: string };

/** Alarms on items set aside because their own data prevents processing. */
export function suspenseAlarms(config: PurserConfig): NamedAlarm[] {
  const once = (metricName: MetricName) => ({
    metric: ownMetric(config, metricName, { statistic: 'Sum' }),
    threshold: 1,
    evaluationPeriods: 1,
  });
  return [
    {
      name: 'postings-in-suspense',
      ...once('PostingsInSuspense'),
      impact:
        'Spend of an organization is in the ledger and in its budgets, but in no report, and no threshold sees it. All other organizations are counted as usual.',
      runbook:
        'Search the log of aggregate-usage for POSTING_SUSPENDED or STREAM_RECORD_SUSPENDED: each names the organization, the entry and the error. Fix the cause, then run npm run aggregates:redrive.',
    },
    {
      name: 'expiries-in-suspense',
      ...once('ExpiriesInSuspense'),
      impact:
        'A reservation past its expiry cannot be closed, so its money stays held in the budgets of one organization.',
      runbook:
        'Search the log of sweep-reservations for RESERVATION_NOT_CLOSED: it names the reservation and the error. Fix the cause, then run npm run aggregates:redrive, which closes the reservation.',
    },
    {
      name: 'scopes-not-reviewed',
      ...once('ScopesNotReviewed'),
      impact:
        'The spend of some scopes of one organization is not compared with their thresholds, so nobody is alerted and nothing is stopped. All other organizations are watched as usual.',
      runbook:
        'Search the logs of watch-spending and monitor-costs for SCOPE_NOT_REVIEWED, SPENDING_NOT_REVIEWED or ORGANIZATION_NOT_WATCHED: each names the organization and the error. Until the cause is fixed, restrict the scope manually (POST /v1/controls). The monitor reviews it again every 15 minutes.',
    },
  ];
}
