import { outputsAround } from './output-model.ts';
import type { PromptShape } from './prompt-shape.ts';
import type { OutputStatistics } from './route-statistics.ts';

/**
 * An explicit length weighs as much as this many requests; a route's own history soon knows better.
 */
const STRENGTH = 20;

/**
 * Long answers fall short of the requested length and short ones exceed it, so move this far toward
 * the usual one.
 */
const TOWARDS_USUAL = 0.2;
const USUAL_LOG_OUTPUT = Math.log(300);

/** In log units: answers do not use up a maximum, and slightly exceed a minimum. */
const OF_SENSE: Record<PromptShape['lengthSense'], number> = {
  about: 0,
  'at-most': -0.2,
  'at-least': 0.1,
};

/** Residuals of a log-normal distribution with deviation 0.5, at equally spaced probabilities. */
const RESIDUALS: readonly number[] = [
  -0.98, -0.73, -0.59, -0.48, -0.38, -0.3, -0.22, -0.14, -0.07, 0, 0.07, 0.14, 0.22, 0.3, 0.38,
  0.48, 0.59, 0.73, 0.98,
];

/**
 * Statistics of outputs whose length the prompt states in words, sentences or tokens. The constants
 * are editorial, because few public prompts with real outputs state a length (docs/decisions/0028).
 */
export function askedLength(shape: PromptShape | undefined): OutputStatistics | undefined {
  if (!shape || shape.lengthTokens === 0) return undefined;
  const target = Math.log(shape.lengthTokens + 1) + OF_SENSE[shape.lengthSense];
  const center = target + TOWARDS_USUAL * (USUAL_LOG_OUTPUT - target);
  return outputsAround(center, RESIDUALS, STRENGTH);
}
