import { createHash } from 'node:crypto';
import type { CostPredictor, ServedRequest, TracedRequest } from '../figures/blind-run.ts';
import { createBucketMean } from '../figures/baseline-predictors.ts';
import { costError } from '../figures/cost-error.ts';
import type { Finding } from '../figures/finding.ts';
import { requestCostUsd } from '../figures/known-request.ts';
import { type DataFolder, datasetOf, ownFileOf } from '../data-folder.ts';
import { emptyOutcome, type EvaluationPart, planOf } from '../evaluation-part.ts';
import { isPromptFile, readAnsweredPrompts } from '../read-prompts.ts';
import { createProductPredictor } from '../product-predictor.ts';

/** Counts only output tokens, because the question is what a prompt reveals about them. */
const PRICES = { inputUsdPerMillion: 0, outputUsdPerMillion: 1_000 };

/** E1 for known texts: what a prompt's shape adds to its length. */
export const promptShapes: EvaluationPart = {
  id: 'E1',
  title: 'Output tokens of prompts',
  legend:
    'WAPE, in25: of output tokens, halves of the prompts by hash, each tested when the other half ' +
    'taught · cold: nothing taught · no text: Purser without the prompt · bucket: running mean by ' +
    'model and input size',
  plan: (files) =>
    planOf(files, {
      id: 'E1',
      matches: isPromptFile,
      example: 'outlen_arena_hard',
      ending: 'jsonl',
    }),
  async measure(dataset, { folder }) {
    const file = ownFileOf(folder, dataset);
    const requests = await readPrompts(folder, file);
    if (requests.length === 0) {
      const missing = [`E1: ${file} tells no prompts with models and output tokens`];
      return { ...emptyOutcome(), missing };
    }
    const notes = new Map([
      [dataset, `${requests.length} answers to prompts, each half tested once`],
    ]);
    return { ...emptyOutcome(), notes, findings: findingsOf(dataset, requests) };
  },
};

async function readPrompts(folder: DataFolder, file: string): Promise<TracedRequest[]> {
  const requests = (await readAnsweredPrompts(folder, file)).map(({ outputTokens, ...known }) => ({
    known: { ...known, system: datasetOf(file), ...PRICES },
    outputTokens,
  }));
  // A file is sorted by model; hash order keeps new models from appearing only at the end.
  return requests.toSorted((a, b) => orderOf(a) - orderOf(b));
}

function findingsOf(dataset: string, requests: readonly TracedRequest[]): Finding[] {
  const withoutText = requests.map(({ known, outputTokens }) => ({
    known: { ...known, prompt: undefined },
    outputTokens,
  }));
  const halves = requests.map(({ known }) => halfOf(known.prompt ?? ''));
  const own = crossTested(requests, halves, createProductPredictor);
  const blind = crossTested(withoutText, halves, createProductPredictor);
  const bucket = crossTested(withoutText, halves, createBucketMean);
  const cold = served(requests, createProductPredictor());
  const coldBlind = served(withoutText, createProductPredictor());
  const wape = (sample: readonly ServedRequest[]): number => costError(sample).WAPE;
  const common = { id: 'E1', dataset, unit: '%' } as const;
  return [
    {
      ...common,
      metric: 'WAPE',
      value: wape(own),
      better: 'lower',
      against: 'no text',
      baselines: [
        { name: 'no text', value: wape(blind) },
        { name: 'bucket', value: wape(bucket) },
      ],
    },
    {
      ...common,
      metric: 'in25',
      value: within25Percent(own),
      better: 'higher',
      against: 'no text',
      baselines: [
        { name: 'no text', value: within25Percent(blind) },
        { name: 'bucket', value: within25Percent(bucket) },
      ],
    },
    {
      ...common,
      metric: 'cold',
      value: wape(cold),
      better: 'lower',
      baselines: [{ name: 'no text', value: wape(coldBlind) }],
    },
  ];
}

const orderOf = ({ known }: TracedRequest): number =>
  createHash('sha1').update(`${known.model}${known.prompt}`).digest().readUInt32BE();

const halfOf = (prompt: string): number => (createHash('sha1').update(prompt).digest()[0] ?? 0) % 2;

/** Predicts every request once, with a predictor trained on the other half. */
const crossTested = (
  requests: readonly TracedRequest[],
  halves: readonly number[],
  create: () => CostPredictor,
): ServedRequest[] =>
  [0, 1].flatMap((half) => {
    const predictor = create();
    for (const [index, { known, outputTokens }] of requests.entries()) {
      if (halves[index] !== half) predictor.learn(known, outputTokens);
    }
    predictor.endTraining?.();
    return served(
      requests.filter((_, index) => halves[index] === half),
      predictor,
    );
  });

const served = (requests: readonly TracedRequest[], predictor: CostPredictor): ServedRequest[] =>
  requests.map(({ known, outputTokens }) => ({
    known,
    prediction: predictor.predict(known),
    actualUsd: requestCostUsd(known, outputTokens),
  }));

const within25Percent = (sample: readonly ServedRequest[]): number =>
  (100 *
    sample.filter(
      ({ prediction, actualUsd }) => Math.abs(prediction.medianUsd - actualUsd) <= actualUsd / 4,
    ).length) /
  sample.length;
