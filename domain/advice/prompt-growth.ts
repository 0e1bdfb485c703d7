import { levelStep } from '../series/level-step.ts';
import { wholeInputOf } from '../token-usage.ts';
import type { SampledRequest } from './day-sample.ts';
import type { Proposal } from './proposal.ts';
import type { RouteHistory } from './route-history.ts';
import { savingOf } from './saving.ts';
import { routeText } from './route.ts';
import type { RateOf, Serve } from './serving.ts';

/** Prompts that grew by less are not worth asking about. */
const LEAST_GROWTH = 1.15;
const LEAST_EXTRA_TOKENS = 50;

/**
 * Prompts that became longer in a step. The day is named, so that people can look at what changed then.
 * The saving is what they would cost at their length before, if each were shorter in proportion.
 */
export function proposeShorterPrompts(history: RouteHistory, rateOf: RateOf): Proposal[] {
  const { route } = history;
  const active = history.days.flatMap(({ day, sample }) => {
    const prompts = sample.filter(({ isCacheHit }) => !isCacheHit);
    return prompts.length === 0 ? [] : [{ day, meanTokens: meanInput(prompts) }];
  });
  const step = levelStep(active.map(({ meanTokens }) => Math.max(1, meanTokens)));
  if (!step || step.since < step.before * LEAST_GROWTH) return [];
  if (step.since - step.before < LEAST_EXTRA_TOKENS) return [];
  const since = active[step.at]?.day ?? '';
  const keptShare = step.before / step.since;
  const serve: Serve = (_, served) => {
    const whole = wholeInputOf(served.usage);
    const cut = Math.min(served.usage.inputTokens, Math.floor(whole * (1 - keptShare)));
    return { ...served, usage: { ...served.usage, inputTokens: served.usage.inputTokens - cut } };
  };
  const days = history.days.filter(({ day }) => day >= since);
  const saving = savingOf({ ...history, days }, serve, rateOf);
  if (!saving) return [];
  const [before, now] = [Math.round(step.before), Math.round(step.since)];
  return [
    {
      kind: 'prompt-length',
      lever: 'input',
      change: { kind: 'input-length', route, beforeInputTokens: now, toInputTokens: before },
      serve,
      saving,
      isQuestion: false,
      what: `Shorten the prompts of ${routeText(route)}`,
      basis: `they grew from ${before} to ${now} tokens on ${since}`,
      action: `Look at what was added to the template or context of ${routeText(route)} on ${since}, and bring prompts back to about ${before} tokens`,
      effort: 'medium',
      evidence: { inputTokensPerRequest: now, usualInputTokensPerRequest: before, since },
    },
  ];
}

const meanInput = (prompts: readonly SampledRequest[]): number =>
  prompts.reduce((sum, { usage }) => sum + wholeInputOf(usage), 0) / prompts.length;
