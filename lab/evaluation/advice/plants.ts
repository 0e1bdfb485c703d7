import { CACHE_PLANTS } from './cache-plants.ts';
import { CALL_PLANTS } from './call-plants.ts';
import { LOSS_PLANTS } from './loss-plants.ts';
import { MODEL_PLANTS } from './model-plants.ts';
import { route, SPREAD } from './plan-route.ts';
import type { Plant, RoutePlan } from './route-plan.ts';
import { TIER_PLANTS } from './tier-plants.ts';

const LIMIT_PLANTS: readonly Plant[] = [
  {
    kind: 'far-output',
    expects: 'setting',
    route: route('far-output', { maxOutputTokens: 32_000, hasFarLimit: true }),
    controls: [route('fit-output', { maxOutputTokens: 2_000 })],
  },
  {
    kind: 'far-budget',
    expects: 'setting',
    route: route('far-budget', { budgetTimes: 20 }),
    controls: [route('fit-budget', { budgetTimes: 1.2 })],
  },
  {
    kind: 'far-threshold',
    expects: 'setting',
    route: route('far-threshold', { thresholdTimes: 20 }),
    controls: [route('fit-threshold', { thresholdTimes: 1.2 })],
  },
];

/** Every kind of waste, and every trap. */
export const PLANTS: readonly Plant[] = [
  ...MODEL_PLANTS,
  ...CACHE_PLANTS,
  ...TIER_PLANTS,
  ...CALL_PLANTS,
  ...LIMIT_PLANTS,
  ...LOSS_PLANTS,
];

/** Routes of every organization that nothing is planted in. */
export const PLAIN_ROUTES: readonly RoutePlan[] = [
  route('plain-chat', { operation: 'chat' }),
  route('plain-tags', { operation: 'tag', traffic: { ...SPREAD, outputTokens: 20 } }),
];
