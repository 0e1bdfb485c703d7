import { grouped, textTable } from '../../../bin/tools/text-table.ts';
import type { BenchSubject } from '../subject.ts';
import { measurePromptCache, PLAN_NAMES } from './measure-prompt-cache.ts';
import { mooncakeWorkload } from './mooncake.ts';
import { generatedWorkloads } from './workloads.ts';

export const PROMPT_CACHE: BenchSubject = {
  name: 'marks',
  summary: [
    "what input costs if the provider's cache is used never, always, or",
    'where its history says that it pays (five seconds)',
  ],
  options: {
    days: { summary: 'days of made-up traffic', min: 1, max: 60, full: 5, quick: 1 },
    seed: { summary: 'seed of that traffic', min: 1, max: 1_000_000, full: 1, quick: 1 },
  },
  reads: 'with mooncake_conversation.jsonl.gz',
  run({ numbers: { days = 1, seed = 1 }, folder }) {
    const workloads = [
      ...generatedWorkloads(seed, days),
      ...(folder === undefined ? [] : [mooncakeWorkload(folder)]),
    ];
    const figures = workloads.map(measurePromptCache);
    const text = [
      'Cost of the input, in percent of its cost without a cache:',
      textTable([
        ['route', 'prompts', ...PLAN_NAMES],
        ...figures.map(({ name, prompts, percent }) => [
          name,
          grouped(prompts),
          ...PLAN_NAMES.map((plan) => percent[plan].toFixed(1)),
        ]),
      ]),
    ].join('\n');
    return Promise.resolve({ text, figures, isSound: true });
  },
};
