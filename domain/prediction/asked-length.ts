import { outputsAround } from './output-model.ts';
import type { PromptShape } from './prompt-shape.ts';
import type { OutputStatistics } from './route-statistics.ts';

/** Requests that an explicit length weighs as much as: a route's own history soon knows better. */
const STRENGTH = 20;

/** Long texts fall short of what was asked, and short ones exceed it: so much of the way to usual. */
const TOWARDS_USUAL = 0.2;
const USUAL_LOG_OUTPUT = Math.log(300);

/** A limit is not used up, a minimum is passed a little; in log units. */
const OF_SENSE: Record<PromptShape['lengthSense'], number> = {
  about: 0,
  'at-most': -0.2,
  'at-least': 0.1,
};

/** Residuals of a log-normal distribution of deviation 0.5, at equally spaced probabilities. */
const RESIDUALS: readonly number[] = [
  -0.98, -0.73, -0.59, -0.48, -0.38, -0.3, -0.22, -0.14, -0.07, 0, 0.07, 0.14, 0.22, 0.3, 0.38,
  0.48, 0.59, 0.73, 0.98,
];

/**
 * Statistics of outputs whose length was asked for in words, sentences or tokens. The constants are
 * editorial: of public prompts with real outputs only a few name a length (docs/decisions/0028).
 */
export function askedLength(shape: PromptShape | undefined): OutputStatistics | undefined {
  if (!shape || shape.lengthTokens === 0) return undefined;
  const asked = Math.log(shape.lengthTokens + 1) + OF_SENSE[shape.lengthSense];
  const center = asked + TOWARDS_USUAL * (USUAL_LOG_OUTPUT - asked);
  return outputsAround(center, RESIDUALS, STRENGTH);
}
