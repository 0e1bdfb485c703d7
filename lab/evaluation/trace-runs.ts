import {
  createBucketMean,
  createGlobalMean,
  createTrailingQuantile,
} from './figures/baseline-predictors.ts';
import {
  blindRun,
  type CostPredictor,
  type RequestTrace,
  type ServedRequest,
  type TracedRequest,
} from './figures/blind-run.ts';
import { type DataFolder, fileOf, ownFileOf } from './data-folder.ts';
import { createProductPredictor } from './product-predictor.ts';
import { type Pricing, readRequests } from './read-requests.ts';

/** Purser and the baselines, which all see the same requests. */
const PREDICTORS = {
  purser: createProductPredictor,
  bucketMean: createBucketMean,
  globalMean: createGlobalMean,
  trailing: () => createTrailingQuantile(),
} satisfies Record<string, () => CostPredictor>;

export type PredictorName = keyof typeof PREDICTORS;

/** All predictors' runs through one trace. Requests before `testedFrom` only train. */
export type TraceRun = {
  dataset: string;
  testedFrom: number;
  /** How the trace was read and split, in one line. */
  note: string;
  served: Record<PredictorName, ServedRequest[]>;
};

/** Without a training folder, this share of a file only trains. */
const TRAINED_SHARE = 0.7;

export type TraceRunsOptions = {
  folder: DataFolder;
  /** Its files train, and those of `folder` are tested in full. */
  train?: DataFolder | undefined;
  pricing: Pricing;
  onProgress: (what: string, done: number, total: number) => void;
};

/** Runs predictors through a folder's request traces, each trace only once. */
export function createTraceRuns(options: TraceRunsOptions) {
  const runs = new Map<string, Promise<TraceRun>>();
  return {
    run(dataset: string): Promise<TraceRun> {
      const run = runs.get(dataset) ?? runTrace(dataset, options);
      runs.set(dataset, run);
      return run;
    },
    /** The requests of a data set's own file, without those of the training folder. */
    async requests(dataset: string): Promise<TracedRequest[]> {
      const { folder, pricing } = options;
      return (await readRequests(folder, ownFileOf(folder, dataset), pricing)).requests;
    },
  };
}

export type TraceRuns = ReturnType<typeof createTraceRuns>;

async function runTrace(dataset: string, options: TraceRunsOptions): Promise<TraceRun> {
  const { trace, note } = await readTrace(dataset, options);
  const total = trace.requests.length;
  const meet = (name: PredictorName): ServedRequest[] =>
    blindRun(trace, PREDICTORS[name](), (done) =>
      options.onProgress(`${dataset}, ${name}`, done, total),
    );
  return {
    dataset,
    testedFrom: trace.testedFrom,
    note,
    served: {
      purser: meet('purser'),
      bucketMean: meet('bucketMean'),
      globalMean: meet('globalMean'),
      trailing: meet('trailing'),
    },
  };
}

async function readTrace(
  dataset: string,
  { folder, train, pricing }: TraceRunsOptions,
): Promise<{ trace: RequestTrace; note: string }> {
  const file = ownFileOf(folder, dataset);
  const { requests, skipped, atDefaultPrice } = await readRequests(folder, file, pricing);
  const trainFile = train && fileOf(train, dataset);
  const before =
    train && trainFile !== undefined ? await readRequests(train, trainFile, pricing) : undefined;
  const trace = before
    ? { requests: [...before.requests, ...requests], testedFrom: before.requests.length }
    : { requests, testedFrom: Math.floor(requests.length * TRAINED_SHARE) };
  const tested = trace.requests.length - trace.testedFrom;
  const split = before
    ? `${trace.testedFrom} requests of ${train?.path ?? ''} taught`
    : `the first ${trace.testedFrom} taught${train ? ' (no such file to train on)' : ''}`;
  const prices = pricing === 'own' ? `, ${atDefaultPrice} at default prices` : '';
  const left = skipped > 0 ? `, ${skipped} rows without lengths left out` : '';
  return { trace, note: `${tested} requests tested, ${split}${left}${prices}` };
}
