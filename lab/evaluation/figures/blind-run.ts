import { type KnownRequest, type OwnPrices, requestCostUsd } from './known-request.ts';

/** A request with its outcome, which only the run itself sees until the request was served. */
export type TracedRequest = { known: KnownRequest & OwnPrices; outputTokens: number };

/** What a predictor says of a request before it is made. */
export type CostPrediction = {
  /** Mean: for sums. */
  expectedUsd: number;
  /** For display: as likely above as below, or nearly so where that is right more often. */
  medianUsd: number;
  /** What a reservation holds. */
  upperUsd: number;
  /** Costs at `CURVE_PROBABILITIES`, for predictors that know a distribution. */
  quantilesUsd: readonly number[];
};

/** Probabilities at which predictors name the cost that is not exceeded, for calibration curves. */
export const CURVE_PROBABILITIES: readonly number[] = [
  0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97,
  0.98, 0.99, 0.995,
];

/** Anything that predicts costs: Purser's own predictor, or a baseline beside it. */
export type CostPredictor = {
  predict(request: KnownRequest & OwnPrices): CostPrediction;
  /** Tells the outcome of a request once it was served. */
  learn(request: KnownRequest & OwnPrices, outputTokens: number): void;
  /** Called once when the training part has ended: the time for fits and thresholds. */
  endTraining?(): void;
};

/** A request that was predicted, made and paid. */
export type ServedRequest = {
  known: KnownRequest & OwnPrices;
  actualUsd: number;
  prediction: CostPrediction;
};

/** Requests in order of time; those before `testedFrom` only teach. */
export type RequestTrace = { requests: readonly TracedRequest[]; testedFrom: number };

/** From a request to its first token, and for each further one: typical of served models. */
const FIRST_TOKEN_MS = 1_000;
const TOKEN_MS = 25;

/** From the settlement to statistics that the next prediction reads: stream, store and refresh. */
const LEARNING_MS = 10_000;

/**
 * Leads a predictor through a trace as the product meets requests. It gets a frozen copy of what is
 * known before the call, never the trace; an outcome is handed over only when the trace's clock has
 * passed the end of that request and the time that learning takes, or before the next request where
 * a trace has no clock. So no prediction can depend on what lies ahead of it.
 */
export function blindRun(
  { requests, testedFrom }: RequestTrace,
  predictor: CostPredictor,
  onRequest: (done: number) => void = () => undefined,
): ServedRequest[] {
  const served: ServedRequest[] = [];
  const underWay: Outcome[] = [];
  for (const [index, { known, outputTokens }] of requests.entries()) {
    if (index === testedFrom) {
      learnUntil(Infinity, underWay, predictor);
      predictor.endTraining?.();
    }
    learnUntil(known.atMs ?? Infinity, underWay, predictor);
    const request = Object.freeze({ ...known });
    const prediction = copyOf(predictor.predict(request));
    served.push({ known: request, prediction, actualUsd: requestCostUsd(request, outputTokens) });
    insert(underWay, { request, outputTokens, knownAtMs: outcomeKnownAtMs(request, outputTokens) });
    onRequest(index + 1);
  }
  return served;
}

/** So that nobody improves a prediction once its outcome is known. */
const copyOf = (prediction: CostPrediction): CostPrediction => ({
  ...prediction,
  quantilesUsd: [...prediction.quantilesUsd],
});

type Outcome = { request: KnownRequest & OwnPrices; outputTokens: number; knownAtMs: number };

const outcomeKnownAtMs = ({ atMs }: KnownRequest, outputTokens: number): number =>
  (atMs ?? 0) + FIRST_TOKEN_MS + TOKEN_MS * outputTokens + LEARNING_MS;

/** Keeps the outcomes in the order in which they become known; equal ones as they came. */
function insert(underWay: Outcome[], outcome: Outcome): void {
  const after = underWay.findLastIndex(({ knownAtMs }) => knownAtMs <= outcome.knownAtMs);
  underWay.splice(after + 1, 0, outcome);
}

function learnUntil(nowMs: number, underWay: Outcome[], predictor: CostPredictor): void {
  const open = underWay.findIndex(({ knownAtMs }) => knownAtMs > nowMs);
  for (const outcome of underWay.splice(0, open < 0 ? underWay.length : open)) {
    predictor.learn(outcome.request, outcome.outputTokens);
  }
}
