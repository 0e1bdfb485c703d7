import { createTrailingQuantile } from '../figures/baseline-predictors.ts';
import { blindRun, type TracedRequest } from '../figures/blind-run.ts';
import { atLeast, type Finding } from '../figures/finding.ts';
import { worstWindowPercent } from '../figures/reservation-figures.ts';
import type { EvaluationContext } from '../evaluation-part.ts';
import { createProductPredictor } from '../product-predictor.ts';

const BEFORE = 3_000;
const AFTER = 1_500;
const EVERY_MS = 1_000;

/**
 * The cover after an abrupt change: each trace of the folder continues with another one from one
 * request to the next, on the same route. This is harder than drift, because nothing announces it.
 */
export async function changesOfWorkload({
  traces,
  isWanted,
  onProgress,
}: EvaluationContext): Promise<{ finding: Finding; note: string }[]> {
  const { datasets } = traces;
  if (datasets.length < 2) return [];
  const changes: { finding: Finding; note: string }[] = [];
  for (const [index, from] of datasets.entries()) {
    const to = datasets[(index + 1) % datasets.length] ?? from;
    if (!isWanted(to)) continue;
    const before = (await traces.requests(from)).slice(0, BEFORE);
    const after = (await traces.requests(to)).slice(0, AFTER);
    const dataset = `${from}->${to}`;
    const trace = { requests: asOneRoute([...before, ...after]), testedFrom: before.length };
    const worstOf = (create: typeof createProductPredictor): number =>
      worstWindowPercent(
        blindRun(trace, create(), (done) => onProgress(dataset, done, trace.requests.length))
          .slice(trace.testedFrom)
          .map(({ prediction, actualUsd }) => ({ heldUsd: prediction.upperUsd, actualUsd })),
      );
    changes.push({
      note: `${after.length} requests after ${before.length} of the other workload`,
      finding: {
        id: 'E3',
        dataset,
        metric: 'worst500',
        value: worstOf(createProductPredictor),
        unit: '%',
        better: 'higher',
        baselines: [{ name: 'p95', value: worstOf(createTrailingQuantile) }],
        target: atLeast(90),
      },
    });
  }
  return changes;
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
