import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { ASSUMPTIONS, HOURS_PER_MONTH } from './assumptions.ts';
import type { Reading } from './measured-run.ts';
import prices from './prices.json' with { type: 'json' };
import { runsPerMonth, type TemplateFacts } from './template-facts.ts';

/** A bill by service, in USD. */
export type Bill = ReadonlyMap<string, number>;

export const PRICES = prices;

export const totalOf = (bill: Bill): number =>
  [...bill.values()].reduce((sum, usd) => sum + usd, 0);

/**
 * What work costs: store, functions, logs and, for requests, the API.
 * @param isAlone whether nothing else ran at the same time
 */
export function billOfUse(
  { store, runs, logBytes }: Reading,
  functions: readonly FunctionDefinition[],
  {
    apiRequests = 0,
    times = 1,
    isAlone = false,
  }: { apiRequests?: number; times?: number; isAlone?: boolean } = {},
): Bill {
  const { dynamoDb, lambda, httpApi, cloudWatch } = prices;
  const { readMs, writeMs, transactionMs, cpuMs, platformLogBytes, accessLogBytes } = ASSUMPTIONS;
  const memoryGb = new Map(functions.map(({ name, memoryMiB }) => [name, memoryMiB / 1_024]));
  const runCount = sum([...runs.values()]);
  const gbPerRun = sum([...runs].map(([name, count]) => count * (memoryGb.get(name) ?? 0.5)));
  const meanGb = runCount === 0 ? 0 : gbPerRun / runCount;
  // Calls of one request overlap. Among many requests nobody can tell, so all count one by one.
  const waitMs = isAlone
    ? store.plainWaits * readMs + store.transactionWaits * transactionMs
    : store.reads * readMs + store.writes * writeMs + store.transactions * transactionMs;
  const gbSeconds = (gbPerRun * cpuMs + meanGb * waitMs) / 1_000;
  const bytes = logBytes + runCount * platformLogBytes + apiRequests * accessLogBytes;
  const million = times / 1e6;
  return new Map([
    [
      'DynamoDB',
      (store.writeUnits * dynamoDb.usdPerMillionWriteUnits +
        store.readUnits * dynamoDb.usdPerMillionReadUnits) *
        million,
    ],
    [
      'Lambda',
      runCount * lambda.usdPerMillionRequests * million + gbSeconds * lambda.usdPerGbSecond * times,
    ],
    ['API Gateway', apiRequests * httpApi.usdPerMillionRequests * million],
    ['Logs', (bytes / 2 ** 30) * cloudWatch.usdPerGbOfLogs * times],
  ]);
}

/**
 * What a million calls through the gateway cost, besides what their reservations write and what
 * follows from them. The function is paid for as long as the model writes.
 */
export function gatewayBill(functions: readonly FunctionDefinition[]): Bill {
  const { lambda, restApi, cloudWatch } = prices;
  const { modelMs, platformLogBytes, accessLogBytes } = ASSUMPTIONS;
  const memoryMiB = functions.find(({ streams }) => streams)?.memoryMiB ?? 0;
  const gbSeconds = ((memoryMiB / 1_024) * (gatewayMs(memoryMiB) + modelMs)) / 1_000;
  return new Map([
    ['Lambda', lambda.usdPerMillionRequests + gbSeconds * lambda.usdPerGbSecond * 1e6],
    ['API Gateway', restApi.usdPerMillionRequests],
    ['Logs', ((platformLogBytes + accessLogBytes) / 2 ** 30) * cloudWatch.usdPerGbOfLogs * 1e6],
  ]);
}

/** How long the gateway itself works on a call with so much memory. */
export const gatewayMs = (memoryMiB: number): number =>
  ASSUMPTIONS.gatewayCpuMs / Math.min(1, memoryMiB / ASSUMPTIONS.wholeCoreMiB);

/** What the application costs in a month without requests or warm environments. */
export function idleBill(
  facts: TemplateFacts,
  metrics: number,
  scheduled: readonly { definition: FunctionDefinition; reading: Reading }[],
): Bill {
  const { cloudWatch, kms, sqs, scheduler } = prices;
  const polls = facts.polledQueues * ASSUMPTIONS.pollsPerQueueMonth;
  const work = scheduled.map(({ definition, reading }) => {
    const times = runsPerMonth(definition.schedule?.expression ?? '');
    const bill = billOfUse(reading, [definition], { times, isAlone: true });
    return totalOf(bill) + (times * scheduler.usdPerMillionInvocations) / 1e6;
  });
  return new Map([
    [
      'Alarms',
      facts.alarmMetrics * cloudWatch.usdPerAlarmMetric +
        facts.compositeAlarms * cloudWatch.usdPerCompositeAlarm,
    ],
    ['Dashboard', facts.dashboards * cloudWatch.usdPerDashboard],
    ['Metrics', metrics * cloudWatch.usdPerMetric],
    ['Keys', facts.keys * kms.usdPerKeyMonth],
    ['Queues', (polls * sqs.usdPerMillionRequests) / 1e6],
    ['Schedules', sum(work)],
  ]);
}

/** Warm environments, by the month. */
export const warmUsd = ({ warmGb }: TemplateFacts): number =>
  warmGb * HOURS_PER_MONTH * 3_600 * prices.lambda.warmUsdPerGbSecond;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
