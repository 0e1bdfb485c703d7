import type { RoutePlan } from './route-plan.ts';
import type { Practice } from './serving.ts';
import type { Traffic } from './traffic.ts';

export const SONNET = 'global.anthropic.claude-sonnet-5';
export const HAIKU = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
export const NOVA_PRO = 'amazon.nova-pro-v1:0';
/** Its provider caches nothing. */
export const MISTRAL = 'mistral.mistral-large-3-675b-instruct';

const PRACTICE: Practice = {
  model: SONNET,
  tier: 'standard',
  cache: 'off',
  prefix: 'kept',
  regions: [],
  answersRepeats: false,
  loops: true,
  trims: true,
  fails: false,
};
export const SPREAD: Traffic = { shape: 'spread', inputTokens: 1_500, outputTokens: 400 };
export const QUICK_SESSIONS: Traffic = {
  shape: 'sessions',
  turns: 8,
  gapMinutes: [0.3, 2],
  inputTokens: 8_000,
  outputTokens: 300,
};
export const SLOW_SESSIONS: Traffic = { ...QUICK_SESSIONS, turns: 6, gapMinutes: [10, 50] };
export const COMMON_PREFIX = { tokens: 6_000, isCommon: true };
export const BURSTS: Traffic = {
  ...SPREAD,
  shape: 'bursts',
  turns: 10,
  gapMinutes: [1, 4],
  prefix: COMMON_PREFIX,
};
export const OWN_PREFIXES = { tokens: 6_000, isCommon: false };

type Given = Omit<Partial<RoutePlan>, 'meant' | 'wasteful'> & {
  meant?: Partial<Practice>;
  wasteful?: Partial<Practice>;
};

/** A route; its waste differs from how it is meant only in what `wasteful` names. */
export function route(name: string, { meant, wasteful, ...given }: Given): RoutePlan {
  const served = { ...PRACTICE, ...meant };
  return {
    name,
    operation: name,
    traffic: SPREAD,
    goodModels: [],
    canWait: false,
    ...given,
    meant: served,
    wasteful: wasteful && { ...served, ...wasteful },
  };
}
