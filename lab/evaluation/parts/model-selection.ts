import { atLeast, atMost, type Baseline } from '../figures/finding.ts';
import {
  type Fleet,
  type GradedRow,
  randomMixLoss,
  randomMixSaving,
  routingFigures,
} from '../figures/model-routing.ts';
import { createCrossFit } from '../figures/cross-fit.ts';
import { fileOf, ownFileOf } from '../data-folder.ts';
import {
  emptyOutcome,
  type EvaluationContext,
  type EvaluationPart,
  type PartOutcome,
  planOf,
} from '../evaluation-part.ts';
import { isGradedFile, type LabelledRow, readGraded } from '../read-graded.ts';
import { ownValue } from '../../../domain/own-value.ts';

/**
 * USD per million tokens: the first two as computed by RouteLLM (ICLR 2025, section 4), the others
 * from LLMRouter's list of candidates. Assumes answers of equal length.
 */
const PRICES = new Map([
  ['gpt-4-1106', 24.7],
  ['mixtral-8x7b', 0.24],
  ['llama-3.1-nemotron-51b-instruct', 0.9],
  ['llama-3.3-nemotron-super-49b-v1', 0.9],
  ['llama3-chatqa-1.5-70b', 0.9],
  ['llama-3.1-8b-instruct', 0.2],
  ['llama3-chatqa-1.5-8b', 0.2],
  ['mistral-7b-instruct-v0.3', 0.2],
  ['qwen2.5-7b-instruct', 0.2],
  ['codegemma-7b', 0.2],
  ['gemma-2-9b-it', 0.1],
]);
/** In a set with many models, these are also measured as the only alternative. */
const SMALL_MODELS = ['llama-3.1-8b-instruct', 'gemma-2-9b-it'];
const LOSSES = [1, 2, 5];

/** The best simple rules with margin known when targets were set, by data set and loss. */
const QUOTED: Partial<Record<string, Partial<Record<number, number>>>> = {
  mmlu: { 1: 10 },
  gsm8k: { 1: 1, 2: 4, 5: 8 },
  'llmrouter-llama-3.1-8b-instruct': { 1: 12, 2: 14, 5: 35 },
  'llmrouter-gemma-2-9b-it': { 1: 3, 2: 5, 5: 35 },
};
const LEAD = 5;
const TARGETS: Partial<Record<string, Partial<Record<number, number>>>> = {
  'llmrouter-all': { 2: 25 },
};

/** E4: the savings from each route's cheapest model that is not worse, at a stated loss. */
export const modelSelection: EvaluationPart = {
  id: 'E4',
  title: 'Model selection by route',
  legend:
    'saving1, saving2, saving5: % cheaper than always the big model, by a model for each route (or ' +
    'for a share of its requests) whose bound of the loss over as many requests as are tested is within 1, 2, 5 %, cross-validated on the rows to choose with · loss1 …: % of quality lost on the tested rows ' +
    '· no margin: the loss of the rule chosen by its loss alone · random mix: with one other model, share and model chosen in hindsight at that loss · always ' +
    'big: saves nothing · mix at the same cost: the loss of such a mix that saves as much · published: the best simple rule with margin',
  plan: (files) =>
    planOf(files, { id: 'E4', matches: isGradedFile, example: 'router_labels', ending: 'jsonl' }),
  measure: measureGraded,
};

async function measureGraded(
  dataset: string,
  { folder, train, onProgress }: EvaluationContext,
): Promise<PartOutcome> {
  const outcome = emptyOutcome();
  const own = await readGraded(folder, ownFileOf(folder, dataset));
  const trainFile = train && fileOf(train, dataset);
  const taught = train && trainFile !== undefined ? await readGraded(train, trainFile) : undefined;
  const sets = Map.groupBy(own, ({ set }) => set);
  let done = 0;
  for (const [set, rows] of sets) {
    onProgress(dataset, (done += 1), sets.size);
    const before = taught?.filter((row) => row.set === set) ?? [];
    const split = splitOf(rows, before);
    for (const { name, fleet } of fleetsOf(split.choose)) {
      measure(`${dataset}/${set}${name}`, `${set}${name}`, split, fleet, outcome);
    }
  }
  return outcome;
}

type Split = { choose: LabelledRow[]; test: LabelledRow[] };

/** Parts that cross-validation holds out in turn. */
const PARTS = 5;

/** Splits by prompt digit: seven choose, three test. With another folder, all of that one chooses. */
function splitOf(rows: LabelledRow[], before: LabelledRow[]): Split {
  if (before.length > 0) return { choose: before, test: rows };
  return {
    choose: rows.filter(({ digit }) => digit < 7),
    test: rows.filter(({ digit }) => digit >= 7),
  };
}

/** The priced models present in all rows; the big one is the best of the most expensive. */
function fleetsOf(rows: readonly GradedRow[]): { name: string; fleet: Fleet }[] {
  const models = [...PRICES.keys()].filter((model) =>
    rows.every(({ quality }) => ownValue(quality, model) !== undefined),
  );
  const dearest = Math.max(...models.map((model) => PRICES.get(model) ?? 0));
  const gradeOf = (model: string): number =>
    rows.reduce((sum, { quality }) => sum + (ownValue(quality, model) ?? 0), 0);
  const big = models
    .filter((model) => PRICES.get(model) === dearest)
    .toSorted((left, right) => gradeOf(right) - gradeOf(left))[0];
  if (big === undefined || models.length < 2) return [];
  const fleetWith = (fleetModels: readonly string[]): Fleet => ({
    prices: new Map(fleetModels.map((model) => [model, PRICES.get(model) ?? Infinity])),
    big,
  });
  if (models.length === 2) return [{ name: '', fleet: fleetWith(models) }];
  return [
    ...SMALL_MODELS.filter((small) => models.includes(small)).map((small) => ({
      name: `-${small}`,
      fleet: fleetWith([big, small]),
    })),
    { name: '-all', fleet: fleetWith(models) },
  ];
}

function measure(
  dataset: string,
  kind: string,
  { choose, test }: Split,
  fleet: Fleet,
  outcome: PartOutcome,
): void {
  const crossFit = createCrossFit(choose, fleet, ({ digit }) => digit % PARTS);
  const margins = LOSSES.map((percent) => {
    const routing = crossFit.choose(percent / 100, { requests: test.length });
    const { loss, lossMargin, saving } = routingFigures(routing, test, fleet);
    const plain = crossFit.choose(percent / 100, { hasMargin: false });
    const unguarded = routingFigures(plain, test, fleet);
    const quoted = ownValue(QUOTED, kind)?.[percent];
    const target =
      ownValue(TARGETS, kind)?.[percent] ?? (quoted === undefined ? undefined : quoted + LEAD);
    const baselines: Baseline[] = [
      { name: 'random mix', value: 100 * randomMixSaving(test, fleet, percent / 100) },
      { name: 'always big', value: 0 },
      ...(quoted === undefined
        ? []
        : [{ name: 'published', value: quoted, quoted: true as const }]),
    ];
    outcome.findings.push(
      {
        id: 'E4',
        dataset,
        metric: `saving${percent}`,
        value: 100 * saving,
        unit: '%',
        better: 'higher',
        baselines,
        target: target === undefined ? undefined : atLeast(target),
      },
      {
        id: 'E4',
        dataset,
        metric: `loss${percent}`,
        value: 100 * loss,
        unit: '%',
        better: 'lower',
        baselines: [
          { name: 'mix at the same cost', value: 100 * randomMixLoss(test, fleet, saving) },
          { name: 'no margin', value: 100 * unguarded.loss },
        ],
        target: atMost(percent),
      },
    );
    const [share, bound] = [routing.share, routing.boundBefore].map((each) => 100 * each);
    return `routes ${share?.toFixed(1)} % (bound ${bound?.toFixed(1)} % before; tested ±${(100 * lossMargin).toFixed(1)})`;
  });
  outcome.notes.set(
    dataset,
    `${choose.length} rows choose, ${test.length} test; big: ${fleet.big}; shares for loss1, loss2, ` +
      `loss5, with the one-sided 95 % bound of the choice: ${margins.join(', ')}`,
  );
}
