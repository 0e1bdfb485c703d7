import { createHash } from 'node:crypto';
import * as z from 'zod';
import { atMost, type Finding, withinOf } from '../figures/finding.ts';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';
import { type DataFolder, datasetOf, UnreadableDataError } from '../data-folder.ts';
import { emptyOutcome, type EvaluationPart } from '../evaluation-part.ts';

/** The data counts with o200k, this model's tokenizer. */
const MODEL = 'gpt-4o';
const PROMPTS = /^outlen_.*\.jsonl(?:\.gz)?$/;

const row = z.object({ prompt: z.string(), in_tokens: z.number().positive() });

/** T4: how far estimates of input tokens are from true counts of real prompts. */
export const tokenEstimates: EvaluationPart = {
  id: 'T4',
  title: 'Input tokens of prompts',
  legend:
    'error: mean of absolute errors · sum: error of all prompts together · above: prompts with more ' +
    'tokens than the upper count · chars/4: a token for every four characters',
  async evaluate({ folder, isWanted }) {
    const outcome = emptyOutcome();
    const files = folder.files.filter((file) => PROMPTS.test(file) && isWanted(datasetOf(file)));
    if (files.length === 0) outcome.missing.push('T4: no outlen_*.jsonl with prompts');
    for (const file of files) {
      const dataset = datasetOf(file);
      const prompts = await testPrompts(folder, file);
      outcome.notes.set(dataset, `${prompts.length} prompts that chose no constant`);
      outcome.findings.push(...findingsOf(dataset, prompts));
    }
    return outcome;
  },
};

type CountedPrompt = { prompt: string; tokens: number };

/** Distinct prompts of one half by hash. The other half was used to choose constants. */
async function testPrompts(folder: DataFolder, file: string): Promise<CountedPrompt[]> {
  const tokens = new Map<string, number>();
  let number = 0;
  for await (const line of folder.lines(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const read = row.safeParse(jsonOf(line));
    if (!read.success) {
      throw new UnreadableDataError(`${file}, line ${number}: needs prompt and in_tokens`);
    }
    tokens.set(read.data.prompt, read.data.in_tokens);
  }
  return [...tokens]
    .filter(([prompt]) => (createHash('sha1').update(prompt).digest()[0] ?? 0) % 2 === 1)
    .map(([prompt, count]) => ({ prompt, tokens: count }));
}

function findingsOf(dataset: string, prompts: readonly CountedPrompt[]): Finding[] {
  const counts = prompts.map(({ prompt, tokens }) => ({
    tokens,
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

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
