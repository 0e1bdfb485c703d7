import { createOnlinePredictor } from '../../../domain/prediction/online-predictor.ts';
import { quantileOf } from '../../../domain/prediction/output-histogram.ts';
import { predictOutput } from '../../../domain/prediction/predict-output.ts';
import { routeOf } from '../../../domain/prediction/route-statistics.ts';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { TokenQuota } from '../../../local/bedrock/token-quota.ts';
import { type SampleRow, sampleTrace } from '../../traces/sample-trace.ts';

/** How the maximum of output of a call is chosen. */
type Chooser = { name: string; maximumOf: (request: Foreseen) => number };

/** A request of the trace, with what Purser predicts of it before it knows the answer. */
type Foreseen = SampleRow & {
  modelMaximum: number;
  /** The bound that holds use, and a quantile that few outputs exceed. */
  upperTokens: number;
  rarelyExceeded: number;
};

export type QuotaRow = {
  name: string;
  /** Calls that the quota lets run at one time, in the mean of all groups. */
  served: number;
  /** The part of all answers that the maximum cuts. */
  cutShare: number;
};

export const RARE = 0.999;

const CHOOSERS: readonly Chooser[] = [
  { name: 'none: the model’s own maximum', maximumOf: ({ modelMaximum }) => modelMaximum },
  { name: 'the client’s: 32,000', maximumOf: ({ modelMaximum }) => Math.min(32_000, modelMaximum) },
  { name: 'the client’s: 4,096', maximumOf: ({ modelMaximum }) => Math.min(4_096, modelMaximum) },
  { name: 'Purser’s, exceeded by 0.1 %', maximumOf: ({ rarelyExceeded }) => rarelyExceeded },
  { name: 'Purser’s, exceeded by 5 %', maximumOf: ({ upperTokens }) => upperTokens },
];

/**
 * How many calls of a sample trace a quota lets run at one time, by what they state as their maximum
 * of output: as on Bedrock, a call reserves its input and that maximum when it starts. The first half
 * of the trace teaches the predictor, which then learns after each request.
 * @param atOnce calls that arrive together
 * @param perMinute tokens
 */
export function measureQuota({
  rows,
  atOnce,
  perMinute,
}: {
  rows: number;
  atOnce: number;
  perMinute: number;
}): QuotaRow[] {
  const requests = foreseen(sampleTrace(rows, 1)).slice(Math.floor(rows / 2));
  const groups = Math.floor(requests.length / atOnce);
  return CHOOSERS.map(({ name, maximumOf }) => {
    const cut = requests.filter((request) => request.outputTokens > maximumOf(request)).length;
    let served = 0;
    for (let group = 0; group < groups; group += 1) {
      const quota = new TokenQuota();
      const arriving = requests.slice(group * atOnce, (group + 1) * atOnce);
      served += arriving.filter((request) =>
        quota.take('model', request.inputTokens + maximumOf(request), perMinute, 0),
      ).length;
    }
    return { name, served: served / groups, cutShare: cut / requests.length };
  });
}

function foreseen(trace: readonly SampleRow[]): Foreseen[] {
  const online = createOnlinePredictor();
  return trace.map((request) => {
    const modelMaximum = builtInCatalog.get(request.model)?.maxOutputTokens ?? request.outputTokens;
    const features = { ...request, modelMaximum, session: undefined, shape: undefined };
    const { upperTokens, distribution } = predictOutput(features, online.state);
    const rarelyExceeded = Math.ceil(quantileOf(distribution, RARE));
    online.learn(routeOf(features), features);
    return {
      ...request,
      modelMaximum,
      upperTokens,
      rarelyExceeded: Math.min(modelMaximum, rarelyExceeded),
    };
  });
}
