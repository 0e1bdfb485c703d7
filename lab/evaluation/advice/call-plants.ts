import { OWN_PREFIXES, QUICK_SESSIONS, route, SPREAD } from './plan-route.ts';
import type { Plant } from './route-plan.ts';

/** Calls that need not be made, or not at that length, and a route that is not made any more. */
export const CALL_PLANTS: readonly Plant[] = [
  {
    kind: 'repeats',
    expects: 'saving',
    route: route('repeats', {
      traffic: { ...SPREAD, repeatShare: 0.3 },
      meant: { answersRepeats: true },
      wasteful: { answersRepeats: false },
    }),
    controls: [route('no-repeats', {})],
  },
  {
    kind: 'prompt-step',
    expects: 'saving',
    isChange: true,
    route: route('prompt-step', {
      traffic: { ...SPREAD, inputTokens: 3_000, needlessShare: 0.8 },
      wasteful: { trims: false },
    }),
    controls: [route('same-prompts', { traffic: { ...SPREAD, inputTokens: 3_000 } })],
  },
  {
    kind: 'failed-calls',
    expects: 'saving',
    route: route('failed-calls', {
      traffic: { ...SPREAD, failureShare: 0.25 },
      wasteful: { fails: true },
    }),
    controls: [
      route('rare-failures', {
        traffic: { ...SPREAD, failureShare: 0.01 },
        meant: { fails: true },
      }),
    ],
  },
  {
    kind: 'agent-loop',
    expects: 'saving',
    route: route('agent-loop', {
      traffic: { ...QUICK_SESSIONS, loopShare: 0.15 },
      meant: { cache: '5m', loops: false },
      wasteful: { loops: true },
    }),
    controls: [route('calm-agents', { traffic: QUICK_SESSIONS, meant: { cache: '5m' } })],
  },
  {
    kind: 'stopped-route',
    expects: 'silence',
    stopsBeforeEnd: 5,
    route: route('stopped-route', {
      traffic: { ...SPREAD, prefix: OWN_PREFIXES },
      wasteful: { cache: '5m' },
    }),
    controls: [],
  },
];
