import { NOVA_PRO, route, SPREAD } from './plan-route.ts';
import type { Plant } from './route-plan.ts';

/** Work that can wait, served as if it could not. */
export const TIER_PLANTS: readonly Plant[] = [
  {
    kind: 'deferred-batch',
    expects: 'saving',
    route: route('deferred-batch', {
      meant: { tier: 'batch' },
      wasteful: { tier: 'standard' },
      canWait: true,
      urgency: 'deferred',
    }),
    controls: [route('interactive-batch', { urgency: 'interactive' })],
  },
  {
    kind: 'deferred-flex',
    expects: 'saving',
    route: route('deferred-flex', {
      meant: { model: NOVA_PRO, tier: 'flex' },
      wasteful: { tier: 'standard' },
      canWait: true,
      urgency: 'deferred',
    }),
    controls: [route('interactive-flex', { meant: { model: NOVA_PRO }, urgency: 'interactive' })],
  },
  {
    kind: 'mixed-tiers',
    expects: 'saving',
    route: route('mixed-tiers', {
      meant: { model: NOVA_PRO, tier: 'flex' },
      wasteful: { tier: 'standard', also: { model: NOVA_PRO, tier: 'flex', share: 0.25 } },
      canWait: true,
      urgency: 'deferred',
    }),
    controls: [],
  },
  {
    kind: 'patient-priority',
    expects: 'saving',
    route: route('patient-priority', {
      meant: { model: NOVA_PRO, tier: 'flex' },
      wasteful: { tier: 'priority' },
      canWait: true,
      urgency: 'deferred',
    }),
    controls: [
      route('urgent-priority', {
        meant: { model: NOVA_PRO, tier: 'priority' },
        urgency: 'interactive',
      }),
    ],
  },
  {
    kind: 'nightly-job',
    expects: 'saving',
    isAsked: true,
    route: route('nightly-job', {
      traffic: { ...SPREAD, shape: 'nightly' },
      meant: { tier: 'batch' },
      wasteful: { tier: 'standard' },
      canWait: true,
    }),
    controls: [route('daytime', {})],
  },
];
