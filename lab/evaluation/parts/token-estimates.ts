import { createHash } from 'node:crypto';
import { atMost, type Finding, withinOf } from '../figures/finding.ts';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';
import { ownFileOf } from '../data-folder.ts';
import { emptyOutcome, type EvaluationPart, planOf } from '../evaluation-part.ts';
import { type CountedPrompt, isPromptFile, readCountedPrompts } from '../read-prompts.ts';

/** The data counts with o200k, this model's tokenizer. */
const MODEL = 'gpt-4o';

/** T4: how far estimates of input tokens are from true counts of real prompts. */
export const tokenEstimates: EvaluationPart = {
  id: 'T4',
  title: 'Input tokens of prompts',
  legend:
    'error: mean of absolute errors · sum: error of all prompts together · above: prompts with more ' +
    'tokens than the upper count · chars/4: a token for every four characters',
  plan: (files) =>
    planOf(files, {
      id: 'T4',
      matches: isPromptFile,
      example: 'outlen_arena_hard',
      ending: 'jsonl',
    }),
  async measure(dataset, { folder }) {
    const prompts = (await readCountedPrompts(folder, ownFileOf(folder, dataset))).filter(isTested);
    const notes = new Map([[dataset, `${prompts.length} prompts that chose no constant`]]);
    return { ...emptyOutcome(), notes, findings: findingsOf(dataset, prompts) };
  },
};

/** Whether a prompt is in the half, by hash, that was not used to choose constants. */
const isTested = ({ prompt }: CountedPrompt): boolean =>
  (createHash('sha1').update(prompt).digest()[0] ?? 0) % 2 === 1;

function findingsOf(dataset: string, prompts: readonly CountedPrompt[]): Finding[] {
  const counts = prompts.map(({ prompt, inputTokens }) => ({
    tokens: inputTokens,
    estimate: estimateTokens(profileOf(prompt), MODEL),
    quarter: prompt.length / 4,
  }));
  type Count = (typeof counts)[number];
  const total = (of: (count: Count) => number): number =>
    counts.reduce((sum, count) => sum + of(count), 0);
  const percent = (of: (count: Count) => number): number => (100 * total(of)) / counts.length;
  const error = (of: (count: Count) => number): number =>
    percent((count) => Math.abs(of(count) / count.tokens - 1));
  const ofSum = (of: (count: Count) => number): number =>
    100 * (total(of) / total(({ tokens }) => tokens) - 1);
  const estimate = (count: Count): number => count.estimate.tokens;
  const quarter = (count: Count): number => count.quarter;
  const common = { id: 'T4', dataset, unit: '%' } as const;
  return [
    {
      ...common,
      metric: 'error',
      value: error(estimate),
      better: 'lower',
      baselines: [{ name: 'chars/4', value: error(quarter) }],
      target: atMost(7),
    },
    {
      ...common,
      metric: 'sum',
      value: ofSum(estimate),
      better: 'nearer to zero',
      baselines: [{ name: 'chars/4', value: ofSum(quarter) }],
      target: withinOf(5),
    },
    {
      ...common,
      metric: 'above',
      value: percent(({ tokens, estimate: { upperTokens } }) => (tokens > upperTokens ? 1 : 0)),
      better: 'lower',
      baselines: [],
      target: atMost(1),
    },
  ];
}
