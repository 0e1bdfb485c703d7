import { BURSTS, MISTRAL, NOVA_PRO, QUICK_SESSIONS, route, SLOW_SESSIONS } from './plan-route.ts';
import type { Plant } from './route-plan.ts';

const REGIONS = ['us-east-1', 'us-east-2', 'us-west-2'];
const IN_ONE = { cache: '5m', regions: REGIONS.slice(0, 1) } as const;

/** Caches that were read and are lost, one for each cause, and routes whose reads fall without a loss. */
export const LOSS_PLANTS: readonly Plant[] = [
  {
    kind: 'lost-prefix',
    expects: 'saving',
    isChange: true,
    route: route('lost-prefix', {
      traffic: BURSTS,
      meant: { cache: '5m' },
      wasteful: { prefix: 'own' },
    }),
    controls: [
      route('short-bursts', {
        traffic: BURSTS,
        later: { days: 14, traffic: { ...BURSTS, turns: 3 }, share: 1 },
        meant: { cache: '5m' },
      }),
    ],
  },
  {
    kind: 'lost-session',
    expects: 'saving',
    isChange: true,
    isAsked: true,
    route: route('lost-session', {
      traffic: QUICK_SESSIONS,
      meant: { cache: '5m' },
      wasteful: { prefix: 'own' },
    }),
    controls: [
      route('waning-agents', {
        traffic: QUICK_SESSIONS,
        later: { days: 10, traffic: QUICK_SESSIONS, share: 0.1 },
        meant: { cache: '5m' },
      }),
    ],
  },
  {
    kind: 'lost-length',
    expects: 'saving',
    isChange: true,
    route: route('lost-length', {
      traffic: BURSTS,
      meant: { cache: '5m' },
      wasteful: { prefix: 'short' },
    }),
    controls: [
      route('waning-bursts', {
        traffic: BURSTS,
        later: { days: 10, traffic: BURSTS, share: 0.15 },
        meant: { cache: '5m' },
      }),
    ],
  },
  {
    kind: 'lost-place',
    expects: 'saving',
    isChange: true,
    route: route('lost-place', { traffic: BURSTS, meant: IN_ONE, wasteful: { regions: REGIONS } }),
    controls: [route('one-place', { traffic: BURSTS, meant: IN_ONE })],
  },
  {
    kind: 'lost-mark',
    expects: 'saving',
    isChange: true,
    route: route('lost-mark', {
      traffic: BURSTS,
      meant: { cache: '5m' },
      wasteful: { cache: 'off' },
    }),
    controls: [
      route('short-sessions', {
        traffic: QUICK_SESSIONS,
        later: { days: 14, traffic: { ...QUICK_SESSIONS, turns: 3 }, share: 1 },
        meant: { cache: '5m' },
      }),
    ],
  },
  {
    kind: 'lost-model',
    expects: 'saving',
    isChange: true,
    isAsked: true,
    route: route('lost-model', {
      traffic: QUICK_SESSIONS,
      meant: { model: NOVA_PRO, cache: '5m' },
      wasteful: { model: MISTRAL },
      goodModels: [NOVA_PRO],
    }),
    controls: [],
  },
  {
    kind: 'lost-pace',
    expects: 'saving',
    isChange: true,
    route: route('lost-pace', {
      traffic: QUICK_SESSIONS,
      later: { days: 14, traffic: SLOW_SESSIONS, share: 1 },
      meant: { cache: '1h' },
      wasteful: { cache: '5m' },
    }),
    controls: [],
  },
];
