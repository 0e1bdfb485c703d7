import {
  type CacheMark,
  type CacheTerms,
  createPrefixHistory,
  type PromptPrefixes,
} from '../../../domain/prompt-caching/prefix-history.ts';
import type { CacheLife } from '../../../domain/gateway/content.ts';
import { costOfUse, createProviderCache } from './provider-cache.ts';
import type { Workload } from './workloads.ts';

/** Claude's prices on Amazon Bedrock, in parts of a plain input token, and its shortest prefix. */
const TERMS: CacheTerms = {
  leastTokens: 1_024,
  lives: ['5m', '1h'],
  readPrice: 0.1,
  writePrice: { '5m': 1.25, '1h': 2 },
};
const PREFIXES = 5_000;

type Marks = (prompt: PromptPrefixes, atMs: number) => readonly CacheMark[];

/** Every prompt marked, after its instructions and at its end. */
const always =
  (life: CacheLife) =>
  (): Marks =>
  ({ stable, turns }) => [
    ...(stable ? [{ at: 'stable' as const, life }] : []),
    { at: turns.length - 1, life },
  ];

function learned(): Marks {
  const history = createPrefixHistory({ most: PREFIXES });
  return (prompt, atMs) => history.marksFor(prompt, atMs, TERMS);
}

/** Ways to mark prompts. */
export const PLANS = {
  never: (): Marks => () => [],
  'always 5m': always('5m'),
  'always 1h': always('1h'),
  Purser: learned,
} as const;
export type PlanName = keyof typeof PLANS;
export const PLAN_NAMES = Object.keys(PLANS) as PlanName[];

/** The input's cost under each plan, in percent of its cost without a cache. */
export type CacheFigures = { name: string; prompts: number; percent: Record<PlanName, number> };

/** Plays a workload through a provider's cache under each plan. */
export function measurePromptCache({ name, prompts }: Workload): CacheFigures {
  const costs = PLAN_NAMES.map((plan) => {
    const marksOf = PLANS[plan]();
    const cache = createProviderCache(TERMS);
    let cost = 0;
    for (const { atMs, prompt } of prompts) {
      cost += costOfUse(cache(prompt, marksOf(prompt, atMs), atMs), TERMS);
    }
    return [plan, cost] as const;
  });
  const [, plain] = costs.find(([plan]) => plan === 'never') ?? ['never', 1];
  const percents = costs.map(([plan, cost]) => [plan, (cost / plain) * 100] as const);
  return {
    name,
    prompts: prompts.length,
    percent: Object.fromEntries(percents) as Record<PlanName, number>,
  };
}
