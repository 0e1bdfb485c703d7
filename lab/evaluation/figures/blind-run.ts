import { type KnownRequest, type OwnPrices, requestCostUsd } from './known-request.ts';

/** A request with its outcome, which only the run sees until the request has been served. */
export type TracedRequest = { known: KnownRequest & OwnPrices; outputTokens: number };

/** A predictor's statement about a request before it runs. */
export type CostPrediction = {
  /** Mean: for sums. */
  expectedUsd: number;
  /** For display: the median, or a value near it that is right more often. */
  medianUsd: number;
  /** The amount of a reservation. */
  upperUsd: number;
  /** Costs at `CURVE_PROBABILITIES`, for predictors that know a distribution. */
  quantilesUsd: readonly number[];
};

/** Probabilities of the predicted cost quantiles, for calibration curves. */
export const CURVE_PROBABILITIES: readonly number[] = [
  0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97,
  0.98, 0.99, 0.995,
];

/** Any cost predictor: Purser's own, or a baseline. */
export type CostPredictor = {
  predict(request: KnownRequest & OwnPrices): CostPrediction;
  /** Reports a request's outcome after it was served. */
  learn(request: KnownRequest & OwnPrices, outputTokens: number): void;
  /** Called once at the end of the training part, for fits and thresholds. */
  endTraining?(): void;
};

/** A request that was predicted, served and paid. */
export type ServedRequest = {
  known: KnownRequest & OwnPrices;
  actualUsd: number;
  prediction: CostPrediction;
};

/** Requests in order of time; those before `testedFrom` only train. */
export type RequestTrace = { requests: readonly TracedRequest[]; testedFrom: number };

/** Time to the first token, and per further token: typical of served models. */
const FIRST_TOKEN_MS = 1_000;
const TOKEN_MS = 25;

/** From the settlement until the next prediction sees it: stream, store and refresh. */
const LEARNING_MS = 10_000;

/**
 * Runs a predictor through a trace the way the product sees requests. It gets a frozen copy of what
 * is known before the call, never the trace. It learns an outcome only once the trace's clock has
 * passed the request's end plus the learning delay, or before the next request if the trace has no
 * clock. So no prediction can depend on the future.
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

/** Prevents predictions from being changed after the outcome is known. */
const copyOf = (prediction: CostPrediction): CostPrediction => ({
  ...prediction,
  quantilesUsd: [...prediction.quantilesUsd],
});

type Outcome = { request: KnownRequest & OwnPrices; outputTokens: number; knownAtMs: number };

const outcomeKnownAtMs = ({ atMs }: KnownRequest, outputTokens: number): number =>
  (atMs ?? 0) + FIRST_TOKEN_MS + TOKEN_MS * outputTokens + LEARNING_MS;

/** Keeps outcomes in the order in which they become known; equal ones in order of arrival. */
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
