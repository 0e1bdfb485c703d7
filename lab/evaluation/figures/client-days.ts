import type { CostPredictor } from './blind-run.ts';
import type { PredictedSum } from './cost-sums.ts';
import {
  DEFAULT_PRICES,
  type KnownRequest,
  type OwnPrices,
  requestCostUsd,
} from './known-request.ts';

/** One hour of one client: how many requests, and their mean lengths. */
export type ClientHour = {
  model: string;
  client: string;
  /** Hours since the trace began. */
  hour: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
};

export type ClientDay = PredictedSum & { client: string; day: number };

const HOURS_PER_DAY = 24;

/** Maximum number of times to learn one hour, which limits the run time for a large client. */
const MOST_LESSONS = 20;

/**
 * The cost of each client's day as the sum of its requests' predicted costs. Inputs and request
 * counts are known as they arrive. Outputs are predicted from earlier days, because the source
 * gives six-hour means, so an hour of the same day could reveal the future. A client's first day
 * and days before `fromDay` only train.
 */
export function predictClientDays(
  hours: readonly ClientHour[],
  predictor: CostPredictor,
  fromDay = 0,
  onDay: (done: number, total: number) => void = () => undefined,
): ClientDay[] {
  const predicted: ClientDay[] = [];
  const seen = new Set<string>();
  const days = Map.groupBy(hours, ({ hour }) => Math.floor(hour / HOURS_PER_DAY));
  const inOrder = [...days].toSorted(([first], [second]) => first - second);
  for (const [index, [day, own]] of inOrder.entries()) {
    onDay(index, inOrder.length);
    for (const [client, ofClient] of Map.groupBy(own, clientOf)) {
      if (day >= fromDay && seen.has(client)) {
        predicted.push({ client, day, ...sumOf(ofClient, predictor) });
      }
    }
    for (const hour of own) {
      seen.add(clientOf(hour));
      const lessons = Math.min(MOST_LESSONS, Math.ceil(hour.requests));
      for (let lesson = 0; lesson < lessons; lesson += 1) {
        predictor.learn(requestOf(hour), hour.outputTokens);
      }
    }
  }
  return predicted;
}

const clientOf = ({ model, client }: ClientHour): string => `${model}/${client}`;

function sumOf(hours: readonly ClientHour[], predictor: CostPredictor): PredictedSum {
  const sum = { predictedUsd: 0, actualUsd: 0 };
  for (const hour of hours) {
    const request = requestOf(hour);
    sum.predictedUsd += hour.requests * predictor.predict(request).expectedUsd;
    sum.actualUsd += hour.requests * requestCostUsd(request, hour.outputTokens);
  }
  return sum;
}

const requestOf = (hour: ClientHour): Readonly<KnownRequest & OwnPrices> =>
  Object.freeze({
    atMs: hour.hour * 3_600_000,
    inputTokens: Math.round(hour.inputTokens),
    model: hour.model,
    system: 'clients',
    operation: `client-${hour.client}`,
    ...DEFAULT_PRICES,
  });

/** Mean output of the same client's previous day: the simplest baseline for client-days. */
export function createLastDayMean(): CostPredictor {
  const means = new Map<string, { day: number; count: number; tokens: number }>();
  const keyOf = ({ model, operation = '' }: KnownRequest): string => `${model}/${operation}`;
  return {
    predict(request) {
      const mean = means.get(keyOf(request));
      const costUsd = requestCostUsd(request, mean ? mean.tokens / mean.count : 0);
      return { expectedUsd: costUsd, medianUsd: costUsd, upperUsd: costUsd, quantilesUsd: [] };
    },
    learn(request, outputTokens) {
      const day = Math.floor((request.atMs ?? 0) / (HOURS_PER_DAY * 3_600_000));
      const previousMean = means.get(keyOf(request));
      const { count, tokens } = previousMean?.day === day ? previousMean : { count: 0, tokens: 0 };
      means.set(keyOf(request), { day, count: count + 1, tokens: tokens + outputTokens });
    },
  };
}
