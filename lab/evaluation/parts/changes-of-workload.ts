import { createTrailingQuantile } from '../figures/baseline-predictors.ts';
import { blindRun, type TracedRequest } from '../figures/blind-run.ts';
import { atLeast, type Finding } from '../figures/finding.ts';
import { worstWindowPercent } from '../figures/reservation-figures.ts';
import { emptyOutcome, type EvaluationContext, type PartOutcome } from '../evaluation-part.ts';
import { createProductPredictor } from '../product-predictor.ts';

const BEFORE = 3_000;
const AFTER = 1_500;
const EVERY_MS = 1_000;

/** A workload that another one follows on the same route. */
type Change = { dataset: string; from: string; to: string };

/** Each trace of a folder with the next one. */
export const changesBetween = (traces: readonly string[]): Change[] =>
  traces.length < 2
    ? []
    : traces.map((from, index) => {
        const to = traces[(index + 1) % traces.length] ?? from;
        return { dataset: `${from}->${to}`, from, to };
      });

/**
 * The cover after an abrupt change: a trace continues with another one from one request to the
 * next, on the same route. This is harder than drift, because nothing announces it.
 */
export async function measureChange(
  { dataset, from, to }: Change,
  { traces, onProgress }: EvaluationContext,
): Promise<PartOutcome> {
  const before = (await traces.requests(from)).slice(0, BEFORE);
  const after = (await traces.requests(to)).slice(0, AFTER);
  const trace = { requests: asOneRoute([...before, ...after]), testedFrom: before.length };
  const worstOf = (create: typeof createProductPredictor): number =>
    worstWindowPercent(
      blindRun(trace, create(), (done) => onProgress(dataset, done, trace.requests.length))
        .slice(trace.testedFrom)
        .map(({ prediction, actualUsd }) => ({ heldUsd: prediction.upperUsd, actualUsd })),
    );
  const finding: Finding = {
    id: 'E3',
    dataset,
    metric: 'worst500',
    value: worstOf(createProductPredictor),
    unit: '%',
    better: 'higher',
    baselines: [{ name: 'p95', value: worstOf(createTrailingQuantile) }],
    target: atLeast(90),
  };
  const note = `${after.length} requests after ${before.length} of the other workload`;
  return { ...emptyOutcome(), notes: new Map([[dataset, note]]), findings: [finding] };
}

const asOneRoute = (requests: readonly TracedRequest[]): TracedRequest[] =>
  requests.map(({ known, outputTokens }, index) => ({
    known: {
      atMs: index * EVERY_MS,
      inputTokens: known.inputTokens,
      model: 'one-model',
      system: 'one-system',
      inputUsdPerMillion: known.inputUsdPerMillion,
      outputUsdPerMillion: known.outputUsdPerMillion,
    },
    outputTokens,
  }));
