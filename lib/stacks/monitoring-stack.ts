import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { ComparisonOperator, type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type FunctionDefinition, isWatchedAlone } from '../../lambdas/function-definition.ts';
import type { QueueDefinition } from '../../queues/definition.ts';
import { FAILURE_QUEUES, QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import type { PurserConfig } from '../config.ts';
import { createDashboard } from '../constructs/dashboard.ts';
import {
  GuardedAlarm,
  type GuardedAlarmProps,
  GuardedCompositeAlarm,
} from '../constructs/guarded-alarm.ts';
import { jobAlarms } from '../constructs/job-alarms.ts';
import {
  accountThrottles,
  apiMetric,
  functionMetric,
  ownMetric,
  queueAge,
  queueDepth,
  silenceAs,
  tableMetric,
} from '../constructs/metrics.ts';
import { suspenseAlarms } from '../constructs/suspense-alarms.ts';
import type { ApiStack } from './api-stack.ts';
import type { GatewayStack } from './gateway-stack.ts';
import type { MessagingStack } from './messaging-stack.ts';
import type { ProcessingStack } from './processing-stack.ts';

type Props = {
  config: PurserConfig;
  api: ApiStack;
  gateway: GatewayStack;
  processing: ProcessingStack;
  messaging: MessagingStack;
};

const MINUTE = Duration.minutes(1);

type AlarmFacts = Omit<GuardedAlarmProps, 'alarmName' | 'topic'> & {
  /** While this alarm is on, money may be spent unguarded. */
  guardsMoney?: boolean | undefined;
};

/** Alarms about Purser itself, all sent to the alarm topic, and the environment's dashboard. */
export class MonitoringStack extends Stack {
  private readonly props: Props;
  private readonly guards: IAlarm[] = [];

  constructor(scope: Construct, id: string, stackProps: StackProps, props: Props) {
    super(scope, id, stackProps);
    this.props = props;
    const { config, api, gateway, processing } = props;
    const functions = [...api.functions, ...gateway.functions, ...processing.functions].map(
      ({ definition }) => definition,
    );
    if (gateway.functions.some(({ definition }) => definition.guardsMoney)) {
      this.guards.push(gateway.serverErrors);
    }
    for (const definition of functions) this.watchFunction(definition);
    this.watchApi();
    this.watchStreams();
    this.watchQueues();
    for (const { name, ...alarm } of suspenseAlarms(config)) {
      this.alarm(name, { ...alarm, guardsMoney: true });
    }
    for (const { name, ...alarm } of jobAlarms(config)) this.alarm(name, alarm);
    this.watchPromises();
    this.watchUsage();
    this.watchGuards();
    createDashboard(this, {
      config,
      functions,
      apiId: api.api.apiId,
      queueNames: FAILURE_QUEUES.map(({ name }) => config.prefix + name),
    });
  }

  private alarm(name: string, { guardsMoney = false, ...alarm }: AlarmFacts): void {
    const { config, messaging } = this.props;
    const alarmName = config.prefix + name;
    const created = new GuardedAlarm(this, name, { ...alarm, alarmName, topic: messaging.alarms });
    if (guardsMoney) this.guards.push(created);
  }

  private watchGuards(): void {
    const { config, messaging } = this.props;
    new GuardedCompositeAlarm(this, 'money-not-guarded', {
      alarmName: `${config.prefix}money-not-guarded`,
      topic: messaging.alarms,
      anyOf: this.guards,
      impact: 'Money is not protected: Purser may fail to hold, watch, stop or report spending.',
      runbook:
        'Open this alarm. It lists the active alarms beneath it, each with its own runbook. Until you know the cause, shut down the largest spender (POST /v1/controls) or lower its budgets.',
    });
  }

  private watchFunction(definition: FunctionDefinition): void {
    const { config } = this.props;
    if (!isWatchedAlone(definition)) return;
    const { name, humanImpact, guardsMoney, hotPath } = definition;
    this.alarm(`${name}-errors`, {
      guardsMoney,
      metric: functionMetric(config, definition, 'Errors', { statistic: 'Sum' }),
      // A scheduled run throws only to be noticed, and the next run may find nothing left to fail
      // on.
      threshold: definition.schedule ? 1 : 3,
      evaluationPeriods: 1,
      impact: humanImpact,
      runbook: `Search the log group of ${name} for level ERROR. If it follows a deployment, point its alias live at the previous version.`,
    });
    if (!hotPath) return;
    this.alarm(`${name}-latency`, {
      metric: functionMetric(config, definition, 'Duration', { statistic: 'p99' }),
      threshold: 500,
      evaluationPeriods: 3,
      impact: `AI requests wait for ${name}, which is slow.`,
      runbook: `Check the ledger's tables for throttling (ledger-throttled), and the REPORT lines of ${name} for Init Duration: cold starts mean that too few environments are warm.`,
    });
  }

  private watchApi(): void {
    const { apiId } = this.props.api.api;
    this.alarm('api-server-errors', {
      guardsMoney: true,
      metric: apiMetric(apiId, '5xx', { statistic: 'Sum', period: MINUTE }),
      threshold: 5,
      evaluationPeriods: 2,
      impact: 'Callers get no decision, and budgets fail closed: AI work stops.',
      runbook:
        'Find the route that answers 5xx in the access log, then open the log group of its function.',
    });
    this.alarm('functions-throttled', {
      metric: accountThrottles(),
      threshold: 1,
      evaluationPeriods: 2,
      impact:
        'Lambda rejects calls because the account has reached its concurrency limit. Callers get no decision, and alerts and controls come late.',
      runbook:
        "Compare ConcurrentExecutions with the account's quota (Lambda, L-B99A9384) and raise it. The metric counts every function of this account and region, also those of other applications.",
    });
  }

  private watchStreams(): void {
    const { config, processing } = this.props;
    for (const { definition } of processing.functions) {
      const { name, follows, guardsMoney, humanImpact } = definition;
      if (!follows) continue;
      this.alarm(`${name}-behind`, {
        guardsMoney,
        metric: functionMetric(config, definition, 'IteratorAge', {
          statistic: 'Maximum',
          period: MINUTE,
        }),
        threshold: MINUTE.toMilliseconds(),
        evaluationPeriods: 3,
        impact: humanImpact,
        runbook: `See the errors of ${name}. It retries a batch for 23 hours; then the batch goes to the queue stream-failures and the stream moves on. npm run aggregates:redrive counts postings that a batch held.`,
      });
    }
    this.alarm('events-not-read', {
      metric: ownMetric(config, 'EventsNotRead', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact: 'Programs are not told of a changed budget, an expired reservation or a violation.',
      runbook:
        'Search the log of publish-events for EVENT_NOT_READ: it names the error. The audit log and the ledger have what happened.',
    });
  }

  private watchQueues(): void {
    const { prefix } = this.props.config;
    for (const { name, late } of Object.values<QueueDefinition>(QUEUE_DEFINITIONS)) {
      this.alarm(`${name}-late`, {
        guardsMoney: late.guardsMoney,
        metric: queueAge(prefix + name),
        threshold: late.afterSeconds,
        evaluationPeriods: late.evaluationPeriods,
        impact: late.humanImpact,
        runbook: late.runbook,
      });
    }
    for (const { name, guardsMoney } of FAILURE_QUEUES) {
      this.alarm(`${name}-not-empty`, {
        guardsMoney,
        metric: queueDepth(prefix + name),
        threshold: 1,
        evaluationPeriods: 1,
        impact: 'Work failed after all retries, and stays undone until somebody looks at it.',
        runbook: `Read the messages of the queue ${prefix}${name}: each names its function and its error. Fix the cause, then redrive them.`,
      });
    }
  }

  /** Alarms on usage that was settled without a price, or refused because nobody can read it. */
  private watchUsage(): void {
    const { config } = this.props;
    this.alarm('unread-members', {
      guardsMoney: true,
      metric: ownMetric(config, 'UnreadMembers', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact: 'Settlements lack the cost of something that their usage counts.',
      runbook:
        'Search the log of reserve for USAGE_UNREAD; the entry that it names (GET /v1/reservations/{id}) lists unreadMembers. Set the price of a unit (PUT /v1/rate-cards/{model}, units), or report a member that Purser does not know; then correct the entries.',
    });
    this.alarm('unread-usage', {
      guardsMoney: true,
      metric: ownMetric(config, 'UnreadUsage', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact:
        'Usage events and settlements are refused because a provider reports usage in an unknown form, so spent money is not booked.',
      runbook:
        'The answer of POST /v1/usage or of the settlement names the member (providerUsage.…). Have the caller send what is billed as usage until Purser knows the member; docs/accounting.md says how.',
    });
  }

  /** Alarms on Purser's own service levels, from its own metrics. */
  private watchPromises(): void {
    const { config } = this.props;
    this.alarm('ledger-violation', {
      guardsMoney: true,
      metric: ownMetric(config, 'LedgerViolations', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact: 'A balance does not match its entries: a budget may be overspent.',
      runbook:
        'Run the ledger check against this environment; it names the balance and the entries. Lower that budget to stop spending until you know the cause.',
    });
    this.alarm('sweeper-behind', {
      guardsMoney: true,
      metric: silenceAs(
        Duration.days(1).toSeconds(),
        ownMetric(config, 'SweepLagSeconds', { statistic: 'Maximum' }),
      ),
      threshold: Duration.minutes(10).toSeconds(),
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: TreatMissingData.IGNORE,
      impact:
        'Money of callers that never came back stays held, so budgets refuse requests too early.',
      runbook:
        'See the errors of sweep-reservations (RESERVATION_NOT_CLOSED names what it cannot close) and its schedule in EventBridge Scheduler. It catches up automatically once it runs.',
    });
    this.alarm('ledger-throttled', {
      guardsMoney: true,
      metric: tableMetric(`${config.prefix}ledger`, 'WriteThrottleEvents', {
        statistic: 'Sum',
        period: MINUTE,
      }),
      threshold: 10,
      evaluationPeriods: 2,
      impact: 'Reservations get 503 although their budgets have money.',
      runbook:
        'One budget is too hot. Turn on Contributor Insights for the ledger to see which, and spread its callers over several budgets.',
    });
    this.alarm('unknown-prices', {
      metric: ownMetric(config, 'UnknownPrices', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact: 'Requests for a model without a price are refused.',
      runbook:
        'Search the logs for the model without a price, and set its rate card (PUT /v1/rate-cards/{model}).',
    });
    this.alarm('predictor-drift', {
      metric: ownMetric(config, 'PredictorDrift', { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      impact: 'Predictions for an organization have become worse, and so have its holds.',
      runbook:
        'Search the log of train-predictor for PREDICTOR_DRIFT; compare versions (GET /v1/predictors) and roll back if a new version caused it (PUT /v1/predictors/active).',
    });
    this.alarm('monitor-not-run', {
      guardsMoney: true,
      metric: silenceAs(
        0,
        ownMetric(config, 'MonitorRuns', { statistic: 'Sum', period: Duration.minutes(15) }),
      ),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: TreatMissingData.IGNORE,
      impact: 'Spending was not compared with thresholds for half an hour.',
      runbook:
        'See the errors of monitor-costs, its schedule in EventBridge Scheduler, and the queue schedule-failures.',
    });
  }
}
