import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type FunctionDefinition, isWatchedAlone } from '../../lambdas/function-definition.ts';
import type { PurserConfig } from '../config.ts';
import {
  apiMetric,
  functionMetric,
  gatewayMetric,
  ownMetric,
  ownMetricsBy,
  queueDepth,
  tableMetric,
} from './metrics.ts';

type Props = {
  config: PurserConfig;
  functions: readonly FunctionDefinition[];
  apiId: string;
  queueNames: readonly string[];
};

const SUM = { statistic: 'Sum' };
const P50 = { statistic: 'p50' };
const P99 = { statistic: 'p99' };

/**
 * An environment's dashboard: money first, then callers, then machines. Dashboards are global, so
 * its name says the region.
 */
export function createDashboard(scope: Construct, props: Props): Dashboard {
  const { config, functions, apiId, queueNames } = props;
  const hot = functions.filter(({ hotPath, streams }) => hotPath && !streams);
  const alone = functions.filter((each) => isWatchedAlone(each) || each.follows);
  const streams = functions.filter(({ follows }) => follows);
  const ledger = `${config.prefix}ledger`;
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: `${config.prefix}overview-${config.region}`,
    defaultInterval: Duration.hours(6),
    widgets: [
      [
        graph('Settled, by system (USD)', [ownMetricsBy(config, 'SettledUsd', 'System', SUM)]),
        graph('Above the reservation, by system (USD)', [
          ownMetricsBy(config, 'OverrunUsd', 'System', SUM),
        ]),
        graph('Decisions', [ownMetricsBy(config, 'ReservationsDecided', 'Decision', SUM)]),
      ],
      [
        graph('Guarantees (all should be 0)', [
          ownMetric(config, 'LedgerViolations', SUM),
          ownMetric(config, 'UnknownPrices', SUM),
          ownMetric(config, 'UnreadMembers', SUM),
          ownMetric(config, 'UnreadUsage', SUM),
          ...queueNames.map(queueDepth),
        ]),
        graph('Watch', [
          ownMetric(config, 'BreachesRaised', SUM),
          ownMetric(config, 'ReservationsExpired', SUM),
        ]),
        graph('Alerts delivered, by channel', [
          ownMetricsBy(config, 'AlertsDelivered', 'Channel', SUM),
        ]),
      ],
      [
        graph('Requests to the API and the gateway', requests(config, apiId)),
        graph('API latency (ms)', [
          apiMetric(apiId, 'Latency', P50),
          apiMetric(apiId, 'Latency', P99),
        ]),
        graph(
          'Hot path, p99 (ms)',
          hot.map((definition) => functionMetric(config, definition, 'Duration', P99)),
        ),
      ],
      [
        graph(
          'Errors of functions that no caller waits for, and of the hot path',
          alone.map((definition) => functionMetric(config, definition, 'Errors', SUM)),
        ),
        graph('Ledger capacity', [
          tableMetric(ledger, 'ConsumedWriteCapacityUnits', SUM),
          tableMetric(ledger, 'ConsumedReadCapacityUnits', SUM),
          tableMetric(ledger, 'WriteThrottleEvents', SUM),
          ownMetric(config, 'StoreConflicts', SUM),
        ]),
        graph(
          'Age of stream records (ms)',
          streams.map((definition) =>
            functionMetric(config, definition, 'IteratorAge', { statistic: 'Maximum' }),
          ),
        ),
      ],
    ],
  });
}

const requests = (config: PurserConfig, apiId: string): IMetric[] => [
  ...(['Count', '4xx', '5xx'] as const).map((name) => apiMetric(apiId, name, SUM)),
  ...(['Count', '4XXError', '5XXError'] as const).map((name) => gatewayMetric(config, name, SUM)),
];

const graph = (title: string, left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 8, height: 6 });
